// Resizes pictures with a fresh worker pool per album; the pool is never shut down.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type resizer struct {
	tasks chan task
}

type task struct {
	width int
	done  *sync.WaitGroup
}

func newResizer(workers int) *resizer {
	r := &resizer{tasks: make(chan task)}
	for i := 0; i < workers; i++ {
		go r.work()
	}
	return r
}

func (r *resizer) work() {
	for t := range r.tasks {
		_ = make([]byte, t.width*8)
		t.done.Done()
	}
}

func album(pictures int) int {
	r := newResizer(4)
	var done sync.WaitGroup
	for i := 0; i < pictures; i++ {
		done.Add(1)
		r.tasks <- task{width: 64 + i, done: &done}
	}
	done.Wait()
	return pictures
}

func main() {
	svc := serve.New("pool-per-request")
	svc.HandleFunc("/album", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, album(12))
	})
	svc.HandleFunc("/cover", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "cover") })
	svc.Traffic("/album", svc.Rate(0.7, 4))
	svc.Traffic("/cover", svc.Rate(15, 60))
	svc.Run()
}
