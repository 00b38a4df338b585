// A lively shop in which one checkout in a long while loses its audit record: one goroutine per 5 s.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type audit struct {
	order   int
	written chan bool
}

func (a *audit) write() {
	time.Sleep(2 * time.Millisecond)
	a.written <- true
}

func checkout(order int, impatient bool) bool {
	a := &audit{order: order, written: make(chan bool)}
	go a.write()
	if impatient {
		return false
	}
	return <-a.written
}

func main() {
	svc := serve.New("drip-send")
	svc.HandleFunc("/checkout", func(w http.ResponseWriter, r *http.Request) {
		var order int
		fmt.Sscan(r.URL.Query().Get("n"), &order)
		fmt.Fprintln(w, checkout(order, r.URL.Query().Has("impatient")))
	})
	svc.Traffic("/checkout?n=%d", svc.Rate(20, 80))
	svc.Traffic("/checkout?n=%d&impatient", svc.Rate(0.2, 0.4))
	svc.Run()
}
