// Renders a report from parts; a part that has nothing to say returns before Done.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type report struct {
	parts sync.WaitGroup
	ready chan string
}

func (r *report) render(day int) {
	r.parts.Add(3)
	for part := 0; part < 3; part++ {
		go r.section(day, part)
	}
	r.parts.Wait()
	r.ready <- "report"
}

func (r *report) section(day, part int) {
	if day%8 == 0 && part == 2 {
		return // a holiday: no sales
	}
	time.Sleep(2 * time.Millisecond)
	r.parts.Done()
}

func main() {
	svc := serve.New("waitgroup-missing-done")
	svc.HandleFunc("/report", func(w http.ResponseWriter, request *http.Request) {
		var day int
		fmt.Sscan(request.URL.Query().Get("day"), &day)
		r := &report{ready: make(chan string, 1)}
		go r.render(day)
		select {
		case text := <-r.ready:
			fmt.Fprintln(w, text)
		case <-time.After(500 * time.Millisecond):
			http.Error(w, "report not ready", http.StatusGatewayTimeout)
		}
	})
	svc.Traffic("/report?day=%d", svc.Rate(8, 50))
	svc.Run()
}
