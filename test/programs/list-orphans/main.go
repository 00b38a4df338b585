// An LRU cache that removes evicted keys from its map but forgets them in its list.
package main

import (
	"container/list"
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type page struct {
	key  int
	body []byte
}

type lru struct {
	mu    sync.Mutex
	limit int
	byKey map[int]*list.Element
	order *list.List
}

func (c *lru) get(key int) *page {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*page)
	}
	p := &page{key: key, body: loadBody()}
	c.byKey[key] = c.order.PushFront(p)
	if len(c.byKey) > c.limit {
		for old := c.order.Back(); old != nil; old = old.Prev() {
			if k := old.Value.(*page).key; c.byKey[k] == old {
				delete(c.byKey, k)
				break
			}
		}
	}
	return p
}

func loadBody() []byte { return append([]byte(nil), make([]byte, 24<<10)...) }

func main() {
	svc := serve.New("list-orphans")
	cache := &lru{limit: 50, byKey: map[int]*list.Element{}, order: list.New()}
	svc.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		var key int
		fmt.Sscan(r.URL.Query().Get("key"), &key)
		fmt.Fprintln(w, len(cache.get(key).body))
	})
	svc.Traffic("/page?key=%d", svc.Rate(50, 100))
	svc.Run()
}
