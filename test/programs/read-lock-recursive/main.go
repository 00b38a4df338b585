// A routing table whose reader takes the read lock twice; a writer that comes in between stops all.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type routes struct {
	mu     sync.RWMutex
	byPath map[string]string
}

func (t *routes) match(path string) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	time.Sleep(2 * time.Millisecond)
	return t.resolve(path)
}

func (t *routes) resolve(path string) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.byPath[path]
}

func (t *routes) reload() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byPath["/"] = "home"
}

func (t *routes) probe() {
	for {
		t.match("/")
		time.Sleep(time.Millisecond)
	}
}

func (t *routes) refresh() {
	for {
		t.reload()
		time.Sleep(3 * time.Millisecond)
	}
}

func open(probes int) *routes {
	t := &routes{byPath: map[string]string{}}
	for i := 0; i < probes; i++ {
		go t.probe()
	}
	go t.refresh()
	return t
}

func main() {
	svc := serve.New("read-lock-recursive")
	svc.Go(func() { open(svc.Size(10, 60)) })
	svc.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/health", svc.Rate(10, 50))
	svc.Run()
}
