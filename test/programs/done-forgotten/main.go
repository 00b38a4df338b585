// Mails receipts in the background and waits for a done signal that only one of the paths gives.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type receipt struct {
	order int
	done  chan struct{}
}

func send(order int) {
	r := &receipt{order: order, done: make(chan struct{})}
	go r.deliver()
	go r.confirm()
}

func (r *receipt) deliver() {
	time.Sleep(3 * time.Millisecond)
	if r.order%8 == 5 {
		return // refused by the mail server: nothing to confirm
	}
	close(r.done)
}

func (r *receipt) confirm() {
	<-r.done
	r.order = 0
}

func main() {
	svc := serve.New("done-forgotten")
	svc.HandleFunc("/order", func(w http.ResponseWriter, r *http.Request) {
		var order int
		fmt.Sscan(r.URL.Query().Get("n"), &order)
		send(order)
		fmt.Fprintln(w, "thanks")
	})
	svc.Traffic("/order?n=%d", svc.Rate(9, 50))
	svc.Run()
}
