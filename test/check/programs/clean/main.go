// Prices orders with a pool of workers that is started by the first order, and keeps its latest prices.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/orders/ground"
)

type order struct {
	id     string
	answer chan string
}

var (
	start  sync.Once
	orders chan order
	mu     sync.Mutex
	latest [64][]byte
)

func work() {
	for o := range orders {
		o.answer <- "priced " + o.id
	}
}

func main() {
	http.HandleFunc("/order", func(w http.ResponseWriter, r *http.Request) {
		start.Do(func() {
			orders = make(chan order)
			for i := 0; i < 24; i++ {
				go work()
			}
		})
		answer := make(chan string, 1)
		orders <- order{id: r.URL.Query().Get("id"), answer: answer}
		mu.Lock()
		copy(latest[1:], latest[:63])
		latest[0] = make([]byte, 32<<10)
		mu.Unlock()
		fmt.Fprintln(w, <-answer)
	})
	ground.Serve()
}
