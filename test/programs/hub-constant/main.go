// A chat hub with a constant number of long-lived TCP clients, each with a reader and a writer.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type hub struct {
	mu      sync.Mutex
	clients map[*client]bool
}

type client struct {
	conn     net.Conn
	outgoing chan string
}

func (h *hub) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		c := &client{conn: conn, outgoing: make(chan string, 8)}
		h.mu.Lock()
		h.clients[c] = true
		h.mu.Unlock()
		go c.writePump()
		go h.readPump(c)
	}
}

func (h *hub) readPump(c *client) {
	for lines := bufio.NewScanner(c.conn); lines.Scan(); {
		h.broadcast(lines.Text())
	}
	h.mu.Lock()
	delete(h.clients, c)
	h.mu.Unlock()
	close(c.outgoing)
}

func (h *hub) broadcast(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		select {
		case c.outgoing <- line:
		default:
		}
	}
}

func (c *client) writePump() {
	for line := range c.outgoing {
		fmt.Fprintln(c.conn, line)
	}
	c.conn.Close()
}

func members(target string, count int) {
	for i := 0; i < count; i++ {
		conn, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		go bufio.NewReader(conn).WriteTo(discard{})
		go chat(conn, time.Duration(10+i)*time.Second)
	}
}

func chat(conn net.Conn, every time.Duration) {
	for range time.Tick(every) {
		fmt.Fprintln(conn, "hi")
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func main() {
	svc := serve.New("hub-constant")
	target := ""
	if !svc.InHelper() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		target = listener.Addr().String()
		h := &hub{clients: map[*client]bool{}}
		svc.Go(func() { h.accept(listener) })
	}
	svc.Beside("members", target, func(target string) { members(target, svc.Size(50, 300)) })
	svc.HandleFunc("/topic", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "go") })
	svc.Traffic("/topic", svc.Rate(8, 40))
	svc.Run()
}
