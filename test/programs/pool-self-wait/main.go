// A worker pool whose tasks put sub-tasks into the same pool and wait for them.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type pool struct{ tasks chan func() }

func newPool(workers int) *pool {
	p := &pool{tasks: make(chan func())}
	for i := 0; i < workers; i++ {
		go p.work()
	}
	return p
}

func (p *pool) work() {
	for task := range p.tasks {
		task()
	}
}

func (p *pool) build(target int) {
	time.Sleep(5 * time.Millisecond)
	var parts sync.WaitGroup
	parts.Add(2)
	p.tasks <- func() { compile(&parts) }
	p.tasks <- func() { compile(&parts) }
	parts.Wait()
}

func compile(parts *sync.WaitGroup) { parts.Done() }

func (p *pool) schedule() {
	for target := 0; ; target++ {
		target := target
		p.tasks <- func() { p.build(target) }
	}
}

func main() {
	svc := serve.New("pool-self-wait")
	p := newPool(svc.Size(8, 50))
	svc.Go(p.schedule)
	svc.HandleFunc("/builds", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "queued") })
	svc.Traffic("/builds", svc.Rate(10, 50))
	svc.Run()
}
