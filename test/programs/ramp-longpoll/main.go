// Long polls of 8 to 16 seconds whose number rises with the morning's traffic. Healthy: each ends by itself.
package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type inbox struct{ changed chan struct{} }

func (b *inbox) poll(r *http.Request, limit time.Duration) string {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case <-b.changed:
		return "news"
	case <-timeout.C:
		return "nothing"
	case <-r.Context().Done():
		return "gone"
	}
}

func main() {
	svc := serve.New("ramp-longpoll")
	b := &inbox{changed: make(chan struct{})}
	svc.HandleFunc("/poll", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, b.poll(r, 8*time.Second+time.Duration(rand.Intn(8000))*time.Millisecond))
	})
	svc.HandleFunc("/send", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "sent") })
	began, top := time.Now(), svc.Rate(1.5, 4)
	svc.TrafficWith("/poll", 30*time.Second, func() float64 {
		return top * (0.2 + min(1, time.Since(began).Seconds()/45))
	})
	svc.Traffic("/send", svc.Rate(10, 40))
	svc.Run()
}
