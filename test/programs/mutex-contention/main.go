// A hot counter behind one mutex: a crowd of workers waits for it at any moment, and all get it.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type counter struct {
	mu    sync.Mutex
	value int
}

func (c *counter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.value++
	time.Sleep(2 * time.Millisecond) // writes through to disk
}

func (c *counter) run() {
	for {
		c.add()
		time.Sleep(10 * time.Millisecond)
	}
}

func main() {
	svc := serve.New("mutex-contention")
	c := &counter{}
	svc.Go(func() {
		for i := 0; i < svc.Size(25, 150); i++ {
			go c.run()
		}
	})
	svc.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "many") })
	svc.Traffic("/count", svc.Rate(10, 50))
	svc.Run()
}
