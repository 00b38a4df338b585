// A pipeline of three stages with several workers each and back-pressure: senders block, and go on.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type pipeline struct {
	raw, parsed, enriched chan int
	stored                int
}

func (p *pipeline) parse() {
	for n := range p.raw {
		p.parsed <- n * 2
	}
}

func (p *pipeline) enrich() {
	for n := range p.parsed {
		p.enriched <- n + 1
	}
}

func (p *pipeline) store() {
	for range p.enriched {
		time.Sleep(8 * time.Millisecond)
		p.stored++
	}
}

func (p *pipeline) read() {
	for n := 0; ; n++ {
		p.raw <- n
	}
}

func main() {
	svc := serve.New("pipeline-steady")
	p := &pipeline{raw: make(chan int), parsed: make(chan int), enriched: make(chan int)}
	svc.Go(func() {
		for i := 0; i < svc.Size(12, 80); i++ {
			go p.parse()
			go p.enrich()
		}
		go p.store()
		go p.read()
	})
	svc.HandleFunc("/stored", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/stored", svc.Rate(8, 40))
	svc.Run()
}
