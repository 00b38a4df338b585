// Sinks are started before their queues are made: they receive from nil channels for ever.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"example.com/programs/internal/serve"
)

type sink struct {
	queue  chan string
	stored atomic.Int64
}

func (s *sink) drain() {
	for line := range s.queue {
		s.stored.Add(int64(len(line)))
	}
}

func openSinks(n int) []*sink {
	sinks := make([]*sink, n)
	for i := range sinks {
		sinks[i] = &sink{}
		go sinks[i].drain()
	}
	return sinks
}

func main() {
	svc := serve.New("boot-stuck-nil")
	var sinks []*sink
	svc.Go(func() { sinks = openSinks(svc.Size(24, 120)) })
	svc.HandleFunc("/sinks", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, len(sinks)) })
	svc.Traffic("/sinks", svc.Rate(8, 50))
	svc.Run()
}
