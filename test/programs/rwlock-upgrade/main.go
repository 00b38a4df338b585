// The refresher holds the read lock while it asks for the write lock: it waits for itself, and every reader after it
// waits behind it.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type catalog struct {
	mu      sync.RWMutex
	version int
	titles  map[int]string
}

func (c *catalog) lookup(id int) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.titles[id]
}

func (c *catalog) refresh() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.version == 0 {
		c.mu.Lock()
		c.version++
		c.mu.Unlock()
	}
}

func main() {
	svc := serve.New("rwlock-upgrade")
	c := &catalog{titles: map[int]string{1: "one"}}
	svc.Go(func() {
		time.Sleep(1500 * time.Millisecond)
		c.refresh()
	})
	svc.HandleFunc("/title", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, c.lookup(1)) })
	svc.HandleFunc("/ping", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "pong") })
	svc.Traffic("/title", svc.Rate(3, 15))
	svc.Traffic("/ping", svc.Rate(20, 60))
	svc.Run()
}
