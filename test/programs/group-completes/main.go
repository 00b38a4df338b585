// An error group per request whose members all end, also when one fails.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type group struct {
	wait   sync.WaitGroup
	once   sync.Once
	cancel context.CancelFunc
	err    error
}

func (g *group) start(f func() error) {
	g.wait.Add(1)
	go func() {
		defer g.wait.Done()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err; g.cancel() })
		}
	}()
}

func crawl(parent context.Context, site int) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	g := &group{cancel: cancel}
	pages := make(chan int)
	g.start(func() error {
		defer close(pages)
		for page := 0; page < 20; page++ {
			select {
			case pages <- page:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.start(func() error {
		for page := range pages {
			time.Sleep(40 * time.Millisecond)
			if site%10 == 3 && page == 5 {
				return errors.New("page not found")
			}
		}
		return nil
	})
	g.wait.Wait()
	return g.err
}

func main() {
	svc := serve.New("group-completes")
	svc.HandleFunc("/crawl", func(w http.ResponseWriter, r *http.Request) {
		var site int
		fmt.Sscan(r.URL.Query().Get("site"), &site)
		fmt.Fprintln(w, crawl(r.Context(), site))
	})
	svc.Traffic("/crawl?site=%d", svc.Rate(8, 40))
	svc.Run()
}
