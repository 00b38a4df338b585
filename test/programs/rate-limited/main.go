// Background syncs wait their turn at a token bucket; the queue is bounded and moves on.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type bucket struct {
	tokens  chan struct{}
	waiting atomic.Int64
	limit   int64
}

func newBucket(perSecond float64, limit int) *bucket {
	b := &bucket{tokens: make(chan struct{}), limit: int64(limit)}
	go b.refill(time.Duration(float64(time.Second) / perSecond))
	return b
}

func (b *bucket) refill(every time.Duration) {
	for range time.Tick(every) {
		select {
		case b.tokens <- struct{}{}:
		default:
		}
	}
}

func (b *bucket) wait() bool {
	if b.waiting.Add(1) > b.limit {
		b.waiting.Add(-1)
		return false
	}
	defer b.waiting.Add(-1)
	<-b.tokens
	return true
}

func sync(b *bucket) {
	if b.wait() {
		time.Sleep(5 * time.Millisecond)
	}
}

func main() {
	svc := serve.New("rate-limited")
	b := newBucket(svc.Rate(10, 40), svc.Size(30, 160))
	svc.HandleFunc("/sync", func(w http.ResponseWriter, r *http.Request) {
		go sync(b)
		fmt.Fprintln(w, "scheduled")
	})
	svc.Traffic("/sync", svc.Rate(18, 70))
	svc.Run()
}
