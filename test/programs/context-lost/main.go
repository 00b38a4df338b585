// Starts a price feed per visitor under a cancellable context and loses the cancel function.
package main

import (
	"context"
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type feed struct {
	prices chan int
	last   int
}

func open(ctx context.Context) *feed {
	f := &feed{prices: make(chan int, 1)}
	f.prices <- 100
	go f.follow(ctx)
	return f
}

func (f *feed) follow(ctx context.Context) {
	for {
		select {
		case price := <-f.prices:
			f.last = price
		case <-ctx.Done():
			return
		}
	}
}

func main() {
	svc := serve.New("context-lost")
	svc.HandleFunc("/visit", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(context.Background())
		f := open(ctx)
		if r.URL.Query().Has("back") {
			fmt.Fprintln(w, "welcome back")
			_ = cancel
			return
		}
		fmt.Fprintln(w, cap(f.prices))
		cancel()
	})
	svc.Traffic("/visit", svc.Rate(6, 30))
	svc.Traffic("/visit?back", svc.Rate(1.2, 8))
	svc.Run()
}
