// Currency rates shared between callers: a panic in one lookup, recovered by net/http, strands all
// later callers of that currency.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/flight-stuck/flight"
	"example.com/programs/internal/serve"
)

func main() {
	svc := serve.New("flight-stuck")
	rates := flight.New()
	started := time.Now()
	lookup := func(currency string) string {
		if currency == "xau" && time.Since(started) > time.Second {
			panic(http.ErrAbortHandler)
		}
		time.Sleep(2 * time.Millisecond)
		return "1.0"
	}
	svc.HandleFunc("/rate", func(w http.ResponseWriter, r *http.Request) {
		currency := r.URL.Query().Get("currency")
		fmt.Fprintln(w, rates.Do(currency, func() string { return lookup(currency) }))
	})
	svc.Traffic("/rate?currency=usd", svc.Rate(12, 50))
	svc.Traffic("/rate?currency=xau", svc.Rate(2, 9))
	svc.Run()
}
