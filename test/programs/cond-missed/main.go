// A turnstile: whoever starts to wait after the broadcast was sent waits for ever.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type gate struct {
	mu     sync.Mutex
	opened *sync.Cond
}

func (g *gate) pass(admitted chan<- bool) {
	g.mu.Lock()
	g.opened.Wait() // no condition is checked
	g.mu.Unlock()
	admitted <- true
}

func (g *gate) open(late bool) {
	if !late {
		time.Sleep(5 * time.Millisecond)
	}
	g.opened.Broadcast()
}

func admit(late bool) bool {
	g := &gate{}
	g.opened = sync.NewCond(&g.mu)
	admitted := make(chan bool, 1)
	if late {
		g.open(true)
	}
	go g.pass(admitted)
	if !late {
		g.open(false)
	}
	select {
	case <-admitted:
		return true
	case <-time.After(300 * time.Millisecond):
		return false
	}
}

func main() {
	svc := serve.New("cond-missed")
	svc.HandleFunc("/enter", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, admit(r.URL.Query().Has("late")))
	})
	svc.Traffic("/enter", svc.Rate(10, 40))
	svc.Traffic("/enter?late", svc.Rate(1, 5))
	svc.Run()
}
