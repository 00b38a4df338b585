// Limits concurrent exports with a channel of permits; a failed export keeps its permit.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type permits chan struct{}

func (p permits) acquire() { p <- struct{}{} }

func (p permits) release() { <-p }

func export(limit permits, n int) error {
	limit.acquire()
	if n%5 == 0 {
		return errors.New("nothing to export")
	}
	time.Sleep(2 * time.Millisecond)
	limit.release()
	return nil
}

func main() {
	svc := serve.New("semaphore-lost")
	limit := make(permits, 8)
	svc.HandleFunc("/export", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		if err := export(limit, n); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		fmt.Fprintln(w, "exported")
	})
	svc.HandleFunc("/list", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "none") })
	svc.Traffic("/export?n=%d", svc.Rate(12, 20))
	svc.Traffic("/list", svc.Rate(8, 40))
	svc.Run()
}
