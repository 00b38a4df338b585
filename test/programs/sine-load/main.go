// A day squeezed into forty seconds: the load swings like a sine, goroutines swing with it.
package main

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func work() { time.Sleep(900 * time.Millisecond) }

func main() {
	svc := serve.New("sine-load")
	started := time.Now()
	svc.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) {
		work()
		fmt.Fprintln(w, "done")
	})
	svc.TrafficAt("/work", func() float64 {
		phase := 2 * math.Pi * time.Since(started).Seconds() / 40
		return svc.Rate(10, 32) * (1.05 - math.Cos(phase))
	})
	svc.Run()
}
