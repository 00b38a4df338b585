// Server-sent events: one handler per visitor, and visitors keep coming.
package main

import (
	"bufio"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func visitors(target string, perSecond float64) {
	client := &http.Client{}
	for {
		go func() {
			response, err := client.Get(target + "/events")
			if err != nil {
				return
			}
			for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			}
		}()
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
	}
}

func main() {
	svc := serve.New("session-growing")
	active := svc.Gauge("sessions_active")
	svc.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		active.Add(1)
		defer active.Add(-1)
		beat := time.NewTicker(2 * time.Second)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				fmt.Fprint(w, "data: tick\n\n")
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	target := ""
	if !svc.InHelper() {
		target = svc.URL()
	}
	svc.Beside("visitors", target, func(target string) { visitors(target, svc.Rate(1.5, 9)) })
	svc.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "page") })
	svc.Traffic("/page", svc.Rate(10, 40))
	svc.Run()
}
