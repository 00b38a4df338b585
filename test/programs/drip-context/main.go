// Shards are leased and released all the time; a lease taken during a rebalance is never released.
package main

import (
	"context"
	"fmt"
	"net/http"

	"example.com/programs/drip-context/lease"
	"example.com/programs/internal/serve"
)

func main() {
	svc := serve.New("drip-context")
	process, shutdown := context.WithCancel(context.Background())
	svc.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) {
		lease.Hold(r.Context(), 1).Work()
		fmt.Fprintln(w, "done")
	})
	svc.HandleFunc("/rebalance", func(w http.ResponseWriter, r *http.Request) {
		lease.Hold(process, 2).Work()
		fmt.Fprintln(w, "done")
	})
	svc.HandleFunc("/shutdown", func(w http.ResponseWriter, r *http.Request) { shutdown() })
	svc.Traffic("/work", svc.Rate(15, 60))
	svc.Traffic("/rebalance", svc.Rate(0.25, 0.6))
	svc.Run()
}
