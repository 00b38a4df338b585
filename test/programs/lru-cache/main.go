// An LRU cache at its limit under keys that keep changing.
package main

import (
	"container/list"
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type entry struct {
	key  int
	body []byte
}

type lru struct {
	mu    sync.Mutex
	limit int
	byKey map[int]*list.Element
	order *list.List
}

func newLRU(limit int) *lru {
	return &lru{limit: limit, byKey: map[int]*list.Element{}, order: list.New()}
}

func (c *lru) get(key int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*entry).body
	}
	made := &entry{key: key, body: load()}
	c.byKey[key] = c.order.PushFront(made)
	for c.order.Len() > c.limit {
		last := c.order.Remove(c.order.Back()).(*entry)
		delete(c.byKey, last.key)
	}
	return made.body
}

func load() []byte { return append([]byte(nil), make([]byte, 24<<10)...) }

func main() {
	svc := serve.New("lru-cache")
	cache := newLRU(800)
	for key := 0; key < 800; key++ {
		cache.get(-key - 1)
	}
	svc.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		var key int
		fmt.Sscan(r.URL.Query().Get("key"), &key)
		fmt.Fprintln(w, len(cache.get(key)))
	})
	svc.Traffic("/page?key=%d", svc.Rate(50, 100))
	svc.Run()
}
