// A thumbnail cache that fills to its cap within the first seconds and then evicts.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type cache struct {
	mu    sync.Mutex
	limit int
	order []int
	items map[int][]byte
}

func (c *cache) put(key int, item []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items[key] = item
	c.order = append(c.order, key)
	if len(c.order) > c.limit {
		delete(c.items, c.order[0])
		c.order = append([]int(nil), c.order[1:]...)
	}
}

func thumbnail(key int) []byte {
	picture := make([]byte, 64<<10)
	picture[0] = byte(key)
	return picture
}

func main() {
	svc := serve.New("cache-fill")
	c := &cache{limit: svc.Size(480, 960), items: map[int][]byte{}}
	svc.Go(func() {
		for key := 0; ; key++ {
			c.put(key, thumbnail(key))
			time.Sleep(10 * time.Second / time.Duration(c.limit))
		}
	})
	svc.HandleFunc("/thumb", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, len(thumbnail(1))) })
	svc.Traffic("/thumb", svc.Rate(10, 40))
	svc.Run()
}
