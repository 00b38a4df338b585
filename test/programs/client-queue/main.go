// Crawlers share a client that allows four connections to a host: most wait in line for one, a second or so each.
// Healthy.
package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type crawler struct {
	client *http.Client
	base   string
	pages  *atomic.Int64
}

func (c *crawler) crawl(from int) {
	for page := from; ; page++ {
		response, err := c.client.Get(fmt.Sprintf("%s/page/%d", c.base, page))
		if err != nil {
			continue
		}
		n, _ := io.Copy(io.Discard, response.Body)
		response.Body.Close()
		c.pages.Add(min(n, 1))
	}
}

func main() {
	svc := serve.New("client-queue")
	base := svc.Upstream(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(120 * time.Millisecond)
		fmt.Fprintln(w, r.URL)
	}))
	var pages atomic.Int64
	c := &crawler{&http.Client{Transport: &http.Transport{MaxConnsPerHost: 4, MaxIdleConnsPerHost: 4}}, base, &pages}
	svc.Go(func() {
		for i := 0; i < svc.Size(14, 40); i++ {
			go c.crawl(i * 1000)
		}
	})
	svc.HandleFunc("/pages", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, pages.Load()) })
	svc.Traffic("/pages", svc.Rate(10, 30))
	svc.Run()
}
