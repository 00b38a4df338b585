// 3000 devices wait for commands in goroutines of their own. Configuring an unknown model awaits an acknowledgement
// no device will send: a handful of lost ones among thousands.
package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"strconv"
	"time"

	"example.com/programs/internal/serve"
)

type promise[T any] struct{ value chan T }

func newPromise[T any]() *promise[T] { return &promise[T]{value: make(chan T)} }

//go:noinline
func (p *promise[T]) await() T { return <-p.value }

type command struct {
	model string
	ack   *promise[string]
}

type device struct {
	commands chan command
	state    string
}

func (d *device) live() {
	beat := time.NewTicker(time.Duration(20+rand.Intn(40)) * time.Second)
	for {
		select {
		case c := <-d.commands:
			d.state = c.model
			if c.model != "mk9" {
				c.ack.value <- "ok"
			}
		case <-beat.C:
			d.state += "."
			if len(d.state) > 20 {
				d.state = ""
			}
		}
	}
}

type fleet []*device

func (f fleet) configure(n int, model string) {
	c := command{model: model, ack: newPromise[string]()}
	f[n%len(f)].commands <- c
	go func() {
		answer := c.ack.await()
		_ = answer
	}()
}

func main() {
	svc := serve.New("device-crowd")
	devices := make(fleet, 3000)
	if !svc.InHelper() {
		for i := range devices {
			devices[i] = &device{commands: make(chan command)}
			go devices[i].live()
		}
	}
	svc.HandleFunc("/configure", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		devices.configure(n*17, r.URL.Query().Get("model"))
		fmt.Fprintln(w, "told")
	})
	svc.Traffic("/configure?model=mk8&n=%d", svc.Rate(30, 120))
	svc.Traffic("/configure?model=mk9&n=%d", svc.Rate(0.4, 1.2))
	svc.Run()
}
