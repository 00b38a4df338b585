// A fleet of vehicles, each tracked by its own ticker loop from boot on.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type vehicle struct{ position atomic.Int64 }

func (v *vehicle) track(every time.Duration, parked <-chan struct{}) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			v.position.Add(1)
		case <-parked:
			return
		}
	}
}

func main() {
	svc := serve.New("ticker-fleet")
	fleet := make([]vehicle, svc.Size(150, 900))
	parked := make(chan struct{})
	svc.Go(func() {
		for i := range fleet {
			go fleet[i].track(2*time.Second+time.Duration(i)*7*time.Millisecond, parked)
		}
	})
	svc.HandleFunc("/position", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, fleet[3].position.Load()) })
	svc.Traffic("/position", svc.Rate(10, 50))
	svc.Run()
}
