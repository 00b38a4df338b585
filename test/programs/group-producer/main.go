// Crawls pages in a group: the consumer stops at an error, the producer does not look at the context.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/group-producer/fetchgroup"
	"example.com/programs/internal/serve"
)

func crawl(site int) error {
	pages := make(chan int)
	group, ctx := fetchgroup.With(context.Background())
	group.Go(func() error { return list(pages) })
	group.Go(func() error { return index(ctx, site, pages) })
	return group.Wait()
}

func list(pages chan<- int) error {
	defer close(pages)
	for page := 0; page < 20; page++ {
		pages <- page
	}
	return nil
}

func index(ctx context.Context, site int, pages <-chan int) error {
	for page := range pages {
		if site%10 == 3 && page == 5 {
			return errors.New("page not found")
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func main() {
	svc := serve.New("group-producer")
	svc.HandleFunc("/crawl", func(w http.ResponseWriter, r *http.Request) {
		var site int
		fmt.Sscan(r.URL.Query().Get("site"), &site)
		done := make(chan error, 1)
		go crawlInto(site, done)
		select {
		case err := <-done:
			fmt.Fprintln(w, err)
		case <-time.After(time.Second):
			http.Error(w, "still crawling", http.StatusAccepted)
		}
	})
	svc.Traffic("/crawl?site=%d", svc.Rate(8, 40))
	svc.Run()
}

func crawlInto(site int, done chan<- error) { done <- crawl(site) }
