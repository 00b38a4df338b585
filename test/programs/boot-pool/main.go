// A pool of workers started at boot; most of them idle most of the time.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type invoice struct{ id int }

type printer struct{ invoices chan invoice }

func newPrinter(workers int) *printer {
	p := &printer{invoices: make(chan invoice, 16)}
	for i := 0; i < workers; i++ {
		go p.work()
	}
	return p
}

func (p *printer) work() {
	for range p.invoices {
		time.Sleep(15 * time.Millisecond)
	}
}

func main() {
	svc := serve.New("boot-pool")
	var p *printer
	ready := make(chan struct{})
	svc.Go(func() { p = newPrinter(svc.Size(60, 400)); close(ready) })
	svc.HandleFunc("/print", func(w http.ResponseWriter, r *http.Request) {
		<-ready
		p.invoices <- invoice{id: 1}
		fmt.Fprintln(w, "queued")
	})
	svc.Traffic("/print", svc.Rate(10, 70))
	svc.Run()
}
