// An asynchronous access log whose writer ends at the first write error: once its queue is full,
// every request hangs in its log line.
package main

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type accessLog struct {
	lines   chan string
	written int
}

func openLog() *accessLog {
	l := &accessLog{lines: make(chan string, 16)}
	go l.writeLines()
	return l
}

func (l *accessLog) writeLines() {
	for line := range l.lines {
		if l.write(line) != nil {
			return
		}
	}
}

func (l *accessLog) write(line string) error {
	l.written += len(line)
	if l.written > 200 {
		return errors.New("no space left on device")
	}
	return nil
}

func (l *accessLog) log(line string) { l.lines <- line }

func main() {
	svc := serve.New("log-queue-dead")
	access := openLog()
	svc.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "page")
		access.log("GET " + r.URL.Path)
	})
	svc.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/page", svc.Rate(14, 25))
	svc.Traffic("/health", svc.Rate(6, 30))
	svc.Run()
}
