// A tree of supervisors: each waits for its children in a WaitGroup, children wait for orders that seldom or never
// come, for the end of a context, for a condition, for a signal. All of it idle, none of it stuck: healthy.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"example.com/programs/internal/serve"
)

type node struct {
	name   string
	orders chan string
	wg     sync.WaitGroup
}

func (n *node) supervise(ctx context.Context, children int, run func(context.Context, *node)) {
	n.orders = make(chan string)
	for i := 0; i < children; i++ {
		n.wg.Add(1)
		go func() {
			defer n.wg.Done()
			run(ctx, n)
		}()
	}
	n.wg.Wait()
}

func obey(ctx context.Context, n *node) {
	for {
		select {
		case order := <-n.orders:
			n.name = order
		case <-ctx.Done():
			return
		}
	}
}

func linger(ctx context.Context, _ *node) { <-ctx.Done() }

type gate struct {
	mu     sync.Mutex
	opened *sync.Cond
	open   bool
}

func (g *gate) pass(_ context.Context, _ *node) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open {
		g.opened.Wait()
	}
}

func main() {
	svc := serve.New("supervisor-tree")
	ctx, stop := context.WithCancel(context.Background())
	g := &gate{}
	g.opened = sync.NewCond(&g.mu)
	for i, run := range []func(context.Context, *node){obey, linger, g.pass} {
		n, run := &node{name: fmt.Sprint("node ", i)}, run
		children := svc.Size(6, 18) + i
		svc.Go(func() { n.supervise(ctx, children, run) })
	}
	svc.Go(func() {
		hangup := make(chan os.Signal, 1)
		signal.Notify(hangup, syscall.SIGHUP)
		<-hangup
		stop()
	})
	svc.HandleFunc("/state", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "up") })
	svc.Traffic("/state", svc.Rate(20, 80))
	svc.Run()
}
