// Agents connect over raw TCP and stay while a roll-out proceeds: goroutines grow as agents_connected does. Not a leak.
package main

import (
	"bufio"
	"expvar"
	"fmt"
	"net"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type hub struct{ connected *expvar.Int }

func (h *hub) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go h.attend(conn)
	}
}

func (h *hub) attend(conn net.Conn) {
	h.connected.Add(1)
	defer h.connected.Add(-1)
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		fmt.Fprintln(conn, "seen", lines.Text())
	}
}

func main() {
	svc := serve.New("agents-gauge")
	h := &hub{connected: svc.Gauge("agents_connected")}
	target := ""
	if !svc.InHelper() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		target = l.Addr().String()
		go h.accept(l)
	}
	rate := svc.Rate(1, 4)
	svc.Beside("agents", target, func(target string) {
		var all []net.Conn
		for len(all) < 600 {
			time.Sleep(time.Duration(float64(time.Second) / rate))
			conn, err := net.Dial("tcp", target)
			if err != nil {
				return
			}
			all = append(all, conn)
			fmt.Fprintln(all[(len(all)*7)%len(all)], "alive")
		}
	})
	svc.HandleFunc("/count", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, h.connected.Value()) })
	svc.Traffic("/count", svc.Rate(10, 30))
	svc.Run()
}
