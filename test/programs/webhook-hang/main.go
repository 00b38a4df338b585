// Delivers webhooks with http.DefaultClient, which has no timeout; one receiver takes the request and never answers.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"example.com/programs/internal/serve"
)

type hooks struct{ base string }

func (h *hooks) deliver(to, body string) {
	response, err := http.DefaultClient.Post(h.base+"/"+to, "application/json", bytes.NewBufferString(body))
	if err != nil {
		return
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
}

func main() {
	svc := serve.New("webhook-hang")
	h := &hooks{base: svc.Upstream(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/sleepy" {
			select {}
		}
		fmt.Fprintln(w, "thanks")
	}))}
	svc.HandleFunc("/event", func(w http.ResponseWriter, r *http.Request) {
		go h.deliver(r.URL.Query().Get("to"), `{"event": 1}`)
		fmt.Fprintln(w, "accepted")
	})
	svc.Traffic("/event?to=quick&n=%d", svc.Rate(15, 60))
	svc.Traffic("/event?to=sleepy&n=%d", svc.Rate(0.3, 1.5))
	svc.Run()
}
