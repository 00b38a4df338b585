// Queue consumers that wait in sync.Cond; some wait a long time because there is little to do.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type queue struct {
	mu       sync.Mutex
	notEmpty *sync.Cond
	items    []int
	taken    int
}

func newQueue(consumers int) *queue {
	q := &queue{}
	q.notEmpty = sync.NewCond(&q.mu)
	for i := 0; i < consumers; i++ {
		go q.consume()
	}
	return q
}

func (q *queue) put(item int) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	q.notEmpty.Signal()
}

func (q *queue) consume() {
	for {
		q.mu.Lock()
		for len(q.items) == 0 {
			q.notEmpty.Wait()
		}
		q.items = q.items[1:]
		q.taken++
		q.mu.Unlock()
	}
}

func main() {
	svc := serve.New("cond-consumers")
	q := newQueue(svc.Size(40, 300))
	svc.HandleFunc("/put", func(w http.ResponseWriter, r *http.Request) {
		q.put(1)
		fmt.Fprintln(w, "ok")
	})
	svc.Traffic("/put", svc.Rate(3, 15))
	svc.Run()
}
