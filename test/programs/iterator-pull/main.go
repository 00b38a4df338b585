//go:build go1.23

// Pages through results with iter.Pull and stops pulling without calling stop.
package main

import (
	"fmt"
	"iter"
	"net/http"

	"example.com/programs/internal/serve"
)

func pages(total int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for page := 0; page < total; page++ {
			if !yield(page) {
				return
			}
		}
	}
}

type cursor struct {
	next func() (int, bool)
	stop func()
}

func openCursor(total int) *cursor {
	next, stop := iter.Pull(pages(total))
	return &cursor{next: next, stop: stop}
}

func main() {
	svc := serve.New("iterator-pull")
	svc.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		c := openCursor(10)
		page, _ := c.next()
		if !r.URL.Query().Has("peek") {
			c.stop()
		}
		fmt.Fprintln(w, page)
	})
	svc.Traffic("/page", svc.Rate(12, 50))
	svc.Traffic("/page?peek", svc.Rate(1.5, 8))
	svc.Run()
}
