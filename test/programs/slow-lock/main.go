// A mutex held for two seconds at a time: a fixed crowd waits long for it, but everyone gets it.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type archive struct {
	mu    sync.Mutex
	tapes int
}

func (a *archive) rewind() {
	a.mu.Lock()
	defer a.mu.Unlock()
	time.Sleep(1200 * time.Millisecond)
	a.tapes++
}

func (a *archive) robot() {
	for {
		a.rewind()
		time.Sleep(50 * time.Millisecond)
	}
}

func main() {
	svc := serve.New("slow-lock")
	a := &archive{}
	svc.Go(func() {
		for i := 0; i < svc.Size(5, 8); i++ {
			go a.robot()
		}
	})
	svc.HandleFunc("/tapes", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "some") })
	svc.Traffic("/tapes", svc.Rate(10, 50))
	svc.Run()
}
