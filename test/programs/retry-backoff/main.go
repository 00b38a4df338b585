// Webhooks to an endpoint that is down are retried four times with growing pauses, then given up.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type webhook struct{ endpoint int }

func (h *webhook) deliver() {
	pause := 500 * time.Millisecond
	for attempt := 0; attempt < 4; attempt++ {
		if h.post() == nil {
			return
		}
		time.Sleep(pause)
		pause *= 2
	}
}

func (h *webhook) post() error {
	if h.endpoint%7 == 0 {
		return errors.New("connection refused")
	}
	return nil
}

func main() {
	svc := serve.New("retry-backoff")
	svc.HandleFunc("/event", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		go (&webhook{endpoint: n}).deliver()
		fmt.Fprintln(w, "accepted")
	})
	svc.Traffic("/event?n=%d", svc.Rate(10, 60))
	svc.Run()
}
