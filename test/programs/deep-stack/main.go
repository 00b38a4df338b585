// Walks folder trees and stops listening in the middle: each abandoned walk is blocked deep in recursion.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type walker struct{ found chan int }

func (w *walker) walk(depth int) int {
	var path [96]byte
	path[depth%96] = byte(depth)
	if depth == 0 {
		w.found <- len(path)
		return 0
	}
	return w.walk(depth-1) + int(path[depth%96])
}

func (w *walker) start(depth int) { w.walk(depth) }

func search(stop bool) int {
	w := &walker{found: make(chan int)}
	go w.start(70)
	if stop {
		return 0
	}
	return <-w.found
}

func main() {
	svc := serve.New("deep-stack")
	svc.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, search(r.URL.Query().Has("stop")))
	})
	svc.Traffic("/search", svc.Rate(6, 30))
	svc.Traffic("/search?stop", svc.Rate(2, 12))
	svc.Run()
}
