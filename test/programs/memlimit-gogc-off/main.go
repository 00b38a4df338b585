// GOGC=off with a memory limit only, and a live heap that nearly fills it.
package main

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"example.com/programs/internal/serve"
)

type product struct {
	name    string
	related []*product
	prices  [12]int
}

func catalogue(n int) []*product {
	all := make([]*product, 0, n)
	for i := 0; i < n; i++ {
		p := &product{name: fmt.Sprint("product-", i)}
		if i > 4 {
			p.related = []*product{all[i-1], all[i/2], all[i/3]}
		}
		all = append(all, p)
	}
	return all
}

func main() {
	svc := serve.New("memlimit-gogc-off")
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(112 << 20)
	var products []*product
	svc.Go(func() { products = catalogue(430_000) })
	svc.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
		hits := make([]*product, 0, 1024)
		for i := 0; i < 40; i++ {
			hits = append(hits, &product{name: fmt.Sprint("copy-", i), related: make([]*product, 900)})
		}
		fmt.Fprintln(w, len(hits), len(products))
	})
	svc.Traffic("/search", svc.Rate(60, 120))
	svc.Run()
}
