// Derives timeouts from a parent context of its own making and never cancels them: the standard
// library has to start a watcher goroutine for each.
package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

// lifetime is a context that ends with the process.
type lifetime struct {
	context.Context
	ended chan struct{}
}

func (l lifetime) Done() <-chan struct{} { return l.ended }

func (l lifetime) Err() error { return nil }

func authorise(parent context.Context, user string) bool {
	ctx, cancel := context.WithTimeout(parent, 30*time.Minute)
	_ = cancel // "the timeout will clean up"
	return ctx.Err() == nil && user != ""
}

func main() {
	svc := serve.New("context-custom-parent")
	process := lifetime{Context: context.Background(), ended: make(chan struct{})}
	svc.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, authorise(process, r.URL.Query().Get("user")))
	})
	svc.Traffic("/login?user=u%d", svc.Rate(3, 20))
	svc.Run()
}
