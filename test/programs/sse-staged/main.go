// Forty dashboards connect one after the other in the first half minute, and then hang on their event stream all day.
// Healthy.
package main

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func events(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	for n := 0; ; n++ {
		fmt.Fprintf(w, "data: %d\n\n", n)
		flush.Flush()
		select {
		case <-time.After(1500 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}

func main() {
	svc := serve.New("sse-staged")
	target := ""
	if !svc.InHelper() {
		target = svc.URL()
	}
	every := time.Duration(svc.Rate(700, 350)) * time.Millisecond
	svc.Beside("dashboards", target, func(target string) {
		time.Sleep(300 * time.Millisecond)
		for i := 0; i < 40; i++ {
			go func() {
				response, err := http.Get(target + "/events")
				if err != nil {
					return
				}
				io.Copy(io.Discard, response.Body)
			}()
			time.Sleep(every)
		}
	})
	svc.HandleFunc("/events", events)
	svc.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "page") })
	svc.Traffic("/page", svc.Rate(10, 40))
	svc.Run()
}
