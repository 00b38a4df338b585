// Joins two contexts into one with a goroutine that waits for either; both parents live as long as the service, and
// the joined context is never cancelled.
package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type doner interface{ Done() <-chan struct{} }

func either[A, B doner](a A, b B, then func()) {
	go func() {
		select {
		case <-a.Done():
		case <-b.Done():
		}
		then()
	}()
}

type app struct{ lifetime, maintenance context.Context }

func (a *app) scope() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	either(a.lifetime, a.maintenance, cancel)
	return ctx
}

func main() {
	svc := serve.New("either-ctx")
	lifetime, stop := context.WithCancel(context.Background())
	defer stop()
	maintenance, begin := context.WithCancel(context.Background())
	defer begin()
	a := &app{lifetime, maintenance}
	svc.HandleFunc("/query", func(w http.ResponseWriter, _ *http.Request) {
		ctx := a.scope()
		select {
		case <-ctx.Done():
		case <-time.After(3 * time.Millisecond):
		}
		fmt.Fprintln(w, "row")
	})
	svc.HandleFunc("/static", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "logo") })
	svc.Traffic("/static", svc.Rate(20, 60))
	svc.Traffic("/query", svc.Rate(1, 6))
	svc.Run()
}
