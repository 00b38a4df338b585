// Drains a timer's channel after Stop although the tick was already taken: waits for ever.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type debounce struct{ timer *time.Timer }

func (d *debounce) flush(slow bool) {
	d.timer = time.NewTimer(20 * time.Millisecond)
	if slow {
		<-d.timer.C
	}
	if !d.timer.Stop() {
		<-d.timer.C
	}
}

func schedule(slow bool) {
	d := &debounce{}
	go d.flush(slow)
}

func main() {
	svc := serve.New("timer-drain")
	svc.HandleFunc("/type", func(w http.ResponseWriter, r *http.Request) {
		schedule(r.URL.Query().Has("slow"))
		fmt.Fprintln(w, "ok")
	})
	svc.Traffic("/type", svc.Rate(15, 60))
	svc.Traffic("/type?slow", svc.Rate(1, 6))
	svc.Run()
}
