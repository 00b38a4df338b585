// A cache of rendered tiles that fills for twelve seconds and is then thrown away whole. Healthy.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type tiles struct {
	mu   sync.Mutex
	by   map[string][]byte
	born time.Time
}

func (t *tiles) get(key string) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.born) > 12*time.Second {
		t.by, t.born = make(map[string][]byte), time.Now()
	}
	if tile, ok := t.by[key]; ok {
		return tile
	}
	tile := make([]byte, 48<<10)
	t.by[key] = tile
	return tile
}

func main() {
	svc := serve.New("tide-cache")
	t := &tiles{by: map[string][]byte{}, born: time.Now()}
	svc.HandleFunc("/tile", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, len(t.get(r.URL.RawQuery)))
	})
	svc.Traffic("/tile?%d", svc.Rate(25, 80))
	svc.Run()
}
