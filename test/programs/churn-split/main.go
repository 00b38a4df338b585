// Splits the same large text into words anew for every lookup: some 200 MB of garbage a second, and nothing kept.
package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

var text = strings.Repeat("the quick brown fox jumps over the lazy dog ", 1500)

var found atomic.Int64

//go:noinline
func words(upper bool) []string {
	t := text
	if upper {
		t = strings.ToUpper(t)
	}
	return strings.Split(t, " ")
}

func lookup(word string) {
	for _, w := range words(word == "FOX") {
		if w == word {
			found.Add(1)
		}
	}
}

func main() {
	svc := serve.New("churn-split")
	per := svc.Rate(8, 12)
	svc.Go(func() {
		for range time.Tick(10 * time.Millisecond) {
			for i := 0.0; i < per; i++ {
				lookup([]string{"fox", "FOX"}[int(i)%2])
			}
		}
	})
	svc.HandleFunc("/found", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, found.Load()) })
	svc.Traffic("/found", svc.Rate(10, 40))
	svc.Run()
}
