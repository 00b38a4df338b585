// Concurrent callers share one slow lookup and wait for it in a WaitGroup; it always ends.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type call struct {
	wait  sync.WaitGroup
	value string
}

type group struct {
	mu    sync.Mutex
	calls map[string]*call
}

func (g *group) do(key string, lookup func() string) string {
	g.mu.Lock()
	if c, ok := g.calls[key]; ok {
		g.mu.Unlock()
		c.wait.Wait()
		return c.value
	}
	c := &call{}
	c.wait.Add(1)
	g.calls[key] = c
	g.mu.Unlock()
	defer func() {
		c.wait.Done()
		g.mu.Lock()
		delete(g.calls, key)
		g.mu.Unlock()
	}()
	c.value = lookup()
	return c.value
}

func main() {
	svc := serve.New("flight-shared")
	rates := &group{calls: map[string]*call{}}
	svc.HandleFunc("/rate", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, rates.do("usd", func() string {
			time.Sleep(1200 * time.Millisecond)
			return "1.0"
		}))
	})
	svc.Traffic("/rate", svc.Rate(15, 50))
	svc.Run()
}
