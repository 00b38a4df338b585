// Traffic climbs steadily; every event is enriched by a goroutine that sleeps a second and ends.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

var enriched atomic.Int64

func enrich() {
	time.Sleep(1500 * time.Millisecond)
	enriched.Add(1)
}

func main() {
	svc := serve.New("ramp-sleepers")
	started := time.Now()
	svc.HandleFunc("/event", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 4; i++ {
			go enrich()
		}
		fmt.Fprintln(w, "accepted")
	})
	svc.TrafficAt("/event", func() float64 {
		return svc.Rate(3, 10) + time.Since(started).Seconds()*svc.Rate(0.2, 0.8)
	})
	svc.Run()
}
