// Plug-ins parked on purpose: empty selects and nil cases, as many as there are plug-ins.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type plugin struct {
	events <-chan int // nil for plug-ins that want none
	quit   chan struct{}
}

func (p *plugin) run() {
	select {
	case <-p.events:
	case <-p.quit:
	}
}

func keepAlive() { select {} }

func main() {
	svc := serve.New("select-parked")
	svc.Go(func() {
		for i := 0; i < svc.Size(6, 30); i++ {
			go (&plugin{quit: make(chan struct{})}).run()
		}
		go keepAlive()
		for range time.Tick(3 * time.Second) {
			go (&plugin{events: closed()}).run()
		}
	})
	svc.HandleFunc("/plugins", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/plugins", svc.Rate(10, 50))
	svc.Run()
}

func closed() <-chan int {
	c := make(chan int)
	close(c)
	return c
}
