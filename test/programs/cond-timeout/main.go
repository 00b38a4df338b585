// A wait with a time limit made from sync.Cond: the helper that waits stays in Wait when the time is over, as nobody
// signals a seat that is not there.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type seat struct {
	mu    sync.Mutex
	freed *sync.Cond
	free  bool
}

func newSeat() *seat {
	s := &seat{}
	s.freed = sync.NewCond(&s.mu)
	return s
}

func (s *seat) release() {
	s.mu.Lock()
	s.free = true
	s.mu.Unlock()
	s.freed.Broadcast()
}

func (s *seat) await(got chan<- struct{}) {
	s.mu.Lock()
	for !s.free {
		s.freed.Wait()
	}
	s.mu.Unlock()
	close(got)
}

func (s *seat) awaitFor(limit time.Duration) bool {
	got := make(chan struct{})
	go s.await(got)
	select {
	case <-got:
		return true
	case <-time.After(limit):
		return false
	}
}

func main() {
	svc := serve.New("cond-timeout")
	svc.HandleFunc("/seat", func(w http.ResponseWriter, r *http.Request) {
		s := newSeat()
		if !r.URL.Query().Has("full") {
			time.AfterFunc(5*time.Millisecond, s.release)
		}
		fmt.Fprintln(w, s.awaitFor(60*time.Millisecond))
	})
	svc.Traffic("/seat?n=%d", svc.Rate(20, 70))
	svc.Traffic("/seat?full&n=%d", svc.Rate(0.25, 1))
	svc.Run()
}
