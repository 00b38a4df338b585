// Runs periodic jobs, each in a goroutine of its own that ends, under contexts that are cancelled.
package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type job struct {
	name  string
	every time.Duration
	takes time.Duration
}

type scheduler struct {
	running sync.WaitGroup
	stop    chan struct{}
}

func (s *scheduler) run(j job) {
	timer := time.NewTicker(j.every)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			s.running.Add(1)
			go s.once(j)
		case <-s.stop:
			return
		}
	}
}

func (s *scheduler) once(j job) {
	defer s.running.Done()
	ctx, cancel := context.WithTimeout(context.Background(), 2*j.takes)
	defer cancel()
	j.work(ctx)
}

func (j job) work(ctx context.Context) {
	select {
	case <-time.After(j.takes):
	case <-ctx.Done():
	}
}

func main() {
	svc := serve.New("scheduler")
	s := &scheduler{stop: make(chan struct{})}
	svc.Go(func() {
		for i := 0; i < svc.Size(30, 150); i++ {
			go s.run(job{name: fmt.Sprint("job-", i), every: time.Duration(2+i%7) * time.Second, takes: time.Duration(300+i*13%2500) * time.Millisecond})
		}
	})
	svc.HandleFunc("/jobs", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/jobs", svc.Rate(5, 30))
	svc.Run()
}
