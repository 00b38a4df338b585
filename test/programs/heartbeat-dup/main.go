// A client reconnects every seven seconds and starts a new heartbeat; the channel that should end the old one is made
// anew instead of closed.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type link struct {
	stop  chan struct{}
	beats atomic.Int64
}

func (l *link) connect() {
	l.stop = make(chan struct{})
	go l.beat(l.stop)
}

func (l *link) beat(stop <-chan struct{}) {
	every := time.NewTicker(900 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-stop:
			return
		case <-every.C:
			l.beats.Add(1)
		}
	}
}

func main() {
	svc := serve.New("heartbeat-dup")
	l := &link{}
	svc.Go(func() {
		for range time.Tick(time.Duration(svc.Rate(7, 4) * float64(time.Second))) {
			l.connect()
		}
	})
	svc.HandleFunc("/beats", func(w http.ResponseWriter, _ *http.Request) {
		done := make(chan int64)
		go func() {
			time.Sleep(3 * time.Millisecond)
			done <- l.beats.Load()
		}()
		fmt.Fprintln(w, <-done)
	})
	svc.Traffic("/beats", svc.Rate(30, 100))
	svc.Run()
}
