// A cache whose entries expire when they are read again; most never are. Slow growth beneath a lively sawtooth.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type entry struct {
	value   *profile
	expires time.Time
}

type profile struct {
	Name   string
	Visits [700]int32
}

type cache[K comparable, V any] struct {
	mu   sync.RWMutex
	by   map[K]V
	make func(K) V
	old  func(V) bool
}

func (c *cache[K, V]) get(key K) V {
	c.mu.RLock()
	v, ok := c.by[key]
	c.mu.RUnlock()
	if ok && !c.old(v) {
		return v
	}
	v = c.make(key)
	c.mu.Lock()
	c.by[key] = v
	c.mu.Unlock()
	return v
}

//go:noinline
func loadProfile(key string) entry {
	return entry{&profile{Name: key}, time.Now().Add(time.Second)}
}

func main() {
	svc := serve.New("ttl-lazy")
	c := &cache[string, entry]{by: map[string]entry{}, make: loadProfile, old: func(e entry) bool { return time.Now().After(e.expires) }}
	svc.HandleFunc("/profile", func(w http.ResponseWriter, r *http.Request) {
		e := c.get(r.URL.Query().Get("id"))
		for i := 0; i < 20; i++ {
			text, _ := json.Marshal(e.value)
			if i == 0 {
				w.Write(text[:100])
			}
		}
	})
	svc.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "home") })
	svc.Traffic("/profile?id=%d", svc.Rate(90, 200))
	svc.Traffic("/profile?id=admin", svc.Rate(30, 60))
	svc.Run()
}
