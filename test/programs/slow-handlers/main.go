// Reports that take ten seconds each, asked for a few times a second.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func compute(seconds int) int {
	total := 0
	for i := 0; i < seconds*10; i++ {
		time.Sleep(100 * time.Millisecond)
		total += i
	}
	return total
}

func main() {
	svc := serve.New("slow-handlers")
	svc.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, compute(10)) })
	rate := func() float64 { return svc.Rate(1.5, 5) }
	svc.TrafficWith("/report", 30*time.Second, rate)
	svc.Run()
}
