// Tens of thousands of pending timers at any time, all of which fire or are stopped.
package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type reminders struct{ fired atomic.Int64 }

func (r *reminders) schedule(in time.Duration) *time.Timer {
	return time.AfterFunc(in, func() { r.fired.Add(1) })
}

func main() {
	svc := serve.New("many-timers")
	r := &reminders{}
	svc.Go(func() {
		for i := 0; i < svc.Size(5_000, 30_000); i++ {
			r.schedule(time.Duration(1+rand.Intn(40_000)) * time.Millisecond)
		}
		for range time.Tick(20 * time.Millisecond) {
			for i := 0; i < svc.Size(5, 30); i++ {
				timer := r.schedule(time.Duration(1+rand.Intn(20_000)) * time.Millisecond)
				if i%3 == 0 {
					timer.Stop()
				}
			}
		}
	})
	svc.HandleFunc("/fired", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, r.fired.Load()) })
	svc.Traffic("/fired", svc.Rate(10, 50))
	svc.Run()
}
