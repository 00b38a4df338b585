// A nightly batch squeezed into seconds: every batch loses a dozen goroutines, between them nothing happens.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type batch struct{ lines chan int }

func (b *batch) parse(line int) {
	time.Sleep(time.Duration(line%5) * time.Millisecond)
	b.lines <- line
}

func nightly(lines int) {
	b := &batch{lines: make(chan int)}
	for line := 0; line < lines; line++ {
		go b.parse(line)
	}
	for line := 0; line < lines-lines/4; line++ { // a quarter is dropped as duplicates
		<-b.lines
	}
}

func main() {
	svc := serve.New("burst-leak")
	svc.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Go(func() {
		for {
			nightly(svc.Size(40, 160))
			time.Sleep(4 * time.Second)
		}
	})
	svc.Traffic("/status", svc.Rate(10, 40))
	svc.Run()
}
