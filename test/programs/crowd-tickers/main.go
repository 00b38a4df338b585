// Thousands of meters polled by their own ticker; reading one by hand leaves a waiter behind.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type meter struct {
	mu    sync.Mutex
	value int
}

func (m *meter) poll(every time.Duration) {
	for range time.Tick(every) {
		m.mu.Lock()
		m.value++
		m.mu.Unlock()
	}
}

type reading struct {
	taken sync.WaitGroup
	value int
}

func (r *reading) publish() {
	r.taken.Wait()
	r.value++
}

func (m *meter) read(broken bool) int {
	r := &reading{}
	r.taken.Add(1)
	go r.publish()
	if broken {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r.taken.Done()
	return m.value
}

func main() {
	svc := serve.New("crowd-tickers")
	meters := make([]*meter, svc.Size(5000, 6000))
	for i := range meters {
		meters[i] = &meter{}
		go meters[i].poll(20*time.Second + time.Duration(i)*time.Millisecond)
	}
	svc.HandleFunc("/read", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, meters[7].read(r.URL.Query().Has("broken")))
	})
	svc.Traffic("/read", svc.Rate(10, 30))
	svc.Traffic("/read?broken", svc.Rate(0.7, 3))
	svc.Run()
}
