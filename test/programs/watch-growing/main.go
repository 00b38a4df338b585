// A configuration server: every instance of a growing fleet holds one watch open.
package main

import (
	"expvar"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type registry struct {
	mu      sync.Mutex
	watches map[*watch]bool
	count   *expvar.Int
}

type watch struct {
	changes chan string
	closed  chan struct{}
	conn    net.Conn
}

func (r *registry) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		w := &watch{changes: make(chan string, 1), closed: make(chan struct{}), conn: conn}
		r.mu.Lock()
		r.watches[w] = true
		r.mu.Unlock()
		r.count.Add(1)
		go r.serve(w)
		go w.waitForClose()
	}
}

func (r *registry) serve(w *watch) {
	defer r.count.Add(-1)
	for {
		select {
		case change := <-w.changes:
			fmt.Fprintln(w.conn, change)
		case <-w.closed:
			r.mu.Lock()
			delete(r.watches, w)
			r.mu.Unlock()
			return
		}
	}
}

func (w *watch) waitForClose() {
	io.Copy(io.Discard, w.conn)
	close(w.closed)
}

func (r *registry) announce() {
	for range time.Tick(7 * time.Second) {
		r.mu.Lock()
		for w := range r.watches {
			select {
			case w.changes <- "log level: debug":
			default:
			}
		}
		r.mu.Unlock()
	}
}

func fleet(target string, perSecond float64) {
	for {
		conn, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		go io.Copy(io.Discard, conn)
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
	}
}

func main() {
	svc := serve.New("watch-growing")
	r := &registry{watches: map[*watch]bool{}, count: svc.Gauge("watchers")}
	target := ""
	if !svc.InHelper() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		target = listener.Addr().String()
		svc.Go(func() { r.accept(listener) })
		svc.Go(r.announce)
	}
	svc.Beside("fleet", target, func(target string) { fleet(target, svc.Rate(1, 8)) })
	svc.HandleFunc("/config", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "{}") })
	svc.Traffic("/config", svc.Rate(8, 40))
	svc.Run()
}
