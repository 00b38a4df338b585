// A price list: one reader never unlocks, the writer waits for it, and all new readers wait for the writer.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type priceList struct {
	mu     sync.RWMutex
	prices map[int]int
}

func (p *priceList) price(sku int) (int, bool) {
	p.mu.RLock()
	cents, ok := p.prices[sku]
	if sku < 0 {
		return 0, false
	}
	p.mu.RUnlock()
	return cents, ok
}

func (p *priceList) reload(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for sku := 0; sku < 50; sku++ {
		p.prices[sku] = 100 + n
	}
}

func (p *priceList) keepFresh() {
	for n := 0; ; n++ {
		p.reload(n)
		time.Sleep(time.Second)
	}
}

func main() {
	svc := serve.New("rwmutex-writer")
	list := &priceList{prices: map[int]int{}}
	svc.HandleFunc("/price", func(w http.ResponseWriter, r *http.Request) {
		var sku int
		fmt.Sscan(r.URL.Query().Get("sku"), &sku)
		cents, _ := list.price(sku % 50)
		fmt.Fprintln(w, cents)
	})
	svc.Go(list.keepFresh)
	svc.Go(func() {
		time.Sleep(2500 * time.Millisecond)
		list.price(-1)
	})
	svc.Traffic("/price?sku=%d", svc.Rate(3, 12))
	svc.Run()
}
