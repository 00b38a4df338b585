//go:build go1.25

// Starts its workers with WaitGroup.Go, so that the dump names only sync as their creator.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type translation struct {
	words   []string
	results chan string
	workers sync.WaitGroup
}

func (t *translation) start() {
	for _, word := range t.words {
		t.workers.Go(func() { t.translate(word) })
	}
}

func (t *translation) translate(word string) { t.results <- word + "!" }

func main() {
	svc := serve.New("waitgroup-go")
	svc.HandleFunc("/translate", func(w http.ResponseWriter, r *http.Request) {
		t := &translation{words: []string{"one", "two", "three"}, results: make(chan string)}
		t.start()
		wanted := len(t.words)
		if r.URL.Query().Has("first") {
			wanted = 1
		}
		for i := 0; i < wanted; i++ {
			fmt.Fprintln(w, <-t.results)
		}
	})
	svc.Traffic("/translate", svc.Rate(10, 40))
	svc.Traffic("/translate?first", svc.Rate(0.8, 4))
	svc.Run()
}
