// Delivers webhooks; an endpoint that always refuses is retried for ever, one goroutine each.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type webhook struct{ endpoint int }

func notify(endpoint int) {
	go (&webhook{endpoint: endpoint}).deliver()
}

func (h *webhook) deliver() {
	for h.post() != nil {
		time.Sleep(2500 * time.Millisecond)
	}
}

func (h *webhook) post() error {
	if h.endpoint%7 == 0 {
		return errors.New("410 gone")
	}
	return nil
}

func main() {
	svc := serve.New("retry-forever")
	svc.HandleFunc("/event", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		notify(n)
		fmt.Fprintln(w, "accepted")
	})
	svc.Traffic("/event?n=%d", svc.Rate(9, 55))
	svc.Run()
}
