// Labels its latency metric with the session id: one histogram per session.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/metric-labels/stats"
)

func render(session string) []byte {
	page := make([]byte, 96<<10)
	copy(page, session)
	return page
}

func main() {
	svc := serve.New("metric-labels")
	latencies := stats.New()
	svc.HandleFunc("/click", func(w http.ResponseWriter, r *http.Request) {
		session := r.URL.Query().Get("session")
		for page := 0; page < 8; page++ {
			latencies.Observe(fmt.Sprintf("session=%s,page=%d", session, page), page)
		}
		fmt.Fprintln(w, len(render(session)))
	})
	svc.Traffic("/click?session=%d", svc.Rate(40, 90))
	svc.Run()
}
