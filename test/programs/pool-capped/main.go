// A pool that adds a worker whenever all are busy, up to a cap reached within the first seconds.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type pool struct {
	mu      sync.Mutex
	tasks   chan int
	workers int
	limit   int
}

func (p *pool) submit(task int) {
	select {
	case p.tasks <- task:
		return
	default:
	}
	p.mu.Lock()
	if p.workers < p.limit {
		p.workers++
		go p.work()
	}
	p.mu.Unlock()
	p.tasks <- task
}

func (p *pool) work() {
	for task := range p.tasks {
		time.Sleep(time.Duration(60+task%40) * time.Millisecond)
	}
}

func main() {
	svc := serve.New("pool-capped")
	p := &pool{tasks: make(chan int), limit: svc.Size(30, 120)}
	svc.HandleFunc("/task", func(w http.ResponseWriter, r *http.Request) {
		go p.submit(1)
		fmt.Fprintln(w, "ok")
	})
	svc.Go(func() {
		for wave := 1; ; wave++ {
			for i := 0; i < wave*p.limit/8 && i < p.limit; i++ {
				go p.submit(i)
			}
			time.Sleep(time.Second)
		}
	})
	svc.Traffic("/task", svc.Rate(5, 20))
	svc.Run()
}
