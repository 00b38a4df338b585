// A fixed pool of 400 workers. A job with a foreign currency waits for a rate that is never announced, and takes its
// worker with it: the number of goroutines stays, fewer and fewer of them work.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type payment struct {
	amount   int
	currency string
	rate     chan float64
}

type pool struct {
	jobs chan *payment
	paid atomic.Int64
}

func newPool(size int) *pool {
	p := &pool{jobs: make(chan *payment, 64)}
	for i := 0; i < size; i++ {
		go p.work()
	}
	return p
}

func (p *pool) work() {
	for job := range p.jobs {
		p.settle(job)
	}
}

//go:noinline
func (p *pool) settle(job *payment) {
	factor := 1.0
	if job.currency != "EUR" {
		factor = p.exchange(job)
	}
	time.Sleep(2 * time.Millisecond)
	p.paid.Add(int64(float64(job.amount) * factor))
}

//go:noinline
func (p *pool) exchange(job *payment) float64 {
	return <-job.rate
}

func main() {
	svc := serve.New("worker-poison")
	p := newPool(400)
	svc.HandleFunc("/pay", func(w http.ResponseWriter, r *http.Request) {
		p.jobs <- &payment{amount: 100, currency: r.URL.Query().Get("c"), rate: make(chan float64)}
		fmt.Fprintln(w, "queued")
	})
	svc.Traffic("/pay?c=EUR&n=%d", svc.Rate(30, 120))
	svc.Traffic("/pay?c=CHF&n=%d", svc.Rate(0.4, 1.2))
	svc.Run()
}
