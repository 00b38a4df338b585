// A message hub over TCP whose clients keep arriving: two goroutines for each open connection.
package main

import (
	"bufio"
	"expvar"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type hub struct{ open *expvar.Int }

func (h *hub) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		c := &client{conn: conn, outgoing: make(chan string, 4)}
		h.open.Add(1)
		go c.write()
		go c.read(h)
	}
}

type client struct {
	conn     net.Conn
	outgoing chan string
}

func (c *client) read(h *hub) {
	defer h.open.Add(-1)
	defer close(c.outgoing)
	lines := bufio.NewScanner(c.conn)
	for lines.Scan() {
		c.outgoing <- lines.Text()
	}
}

func (c *client) write() {
	for line := range c.outgoing {
		fmt.Fprintln(c.conn, line)
	}
	c.conn.Close()
}

// visitors is the world outside: it keeps its connections and says something now and then.
func visitors(target string, perSecond float64) {
	for n := 0; ; n++ {
		conn, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		go func() {
			for {
				fmt.Fprintln(conn, "still here")
				time.Sleep(3 * time.Second)
			}
		}()
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
	}
}

func main() {
	svc := serve.New("hub-growing")
	h := &hub{open: svc.Gauge("hub_connections")}
	target := ""
	if !svc.InHelper() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		target = listener.Addr().String()
		svc.Go(func() { h.accept(listener) })
	}
	svc.Beside("visitors", target, func(target string) { visitors(target, svc.Rate(2, 12)) })
	svc.HandleFunc("/rooms", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "lobby") })
	svc.Traffic("/rooms", svc.Rate(8, 30))
	svc.Run()
}
