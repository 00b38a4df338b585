// The last thousand events in a ring, each 32 KB and freshly allocated: 32 MB when it is full, and then for ever as
// much. Healthy.
package main

import (
	"container/ring"
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type journal struct {
	mu   sync.Mutex
	head *ring.Ring
}

func (j *journal) add(text string) {
	event := make([]byte, 32<<10)
	copy(event, text)
	j.mu.Lock()
	j.head.Value = event
	j.head = j.head.Next()
	j.mu.Unlock()
}

func main() {
	svc := serve.New("ring-journal")
	j := &journal{head: ring.New(1000)}
	svc.HandleFunc("/event", func(w http.ResponseWriter, r *http.Request) {
		j.add(r.URL.String())
		fmt.Fprintln(w, "noted")
	})
	svc.Traffic("/event?n=%d", svc.Rate(50, 150))
	svc.Run()
}
