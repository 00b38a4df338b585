// A game lobby over raw TCP: players come and go, three goroutines for each while here. Healthy.
package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type player struct {
	conn net.Conn
	out  chan string
	gone chan struct{}
}

var here atomic.Int64

func (p *player) read() {
	defer close(p.gone)
	here.Add(1)
	defer here.Add(-1)
	for in := bufio.NewScanner(p.conn); in.Scan(); {
		select {
		case p.out <- "echo " + in.Text():
		default:
		}
	}
}

func (p *player) write() {
	defer p.conn.Close()
	for {
		select {
		case text := <-p.out:
			io.WriteString(p.conn, text+"\n")
		case <-p.gone:
			return
		}
	}
}

func (p *player) ping() {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.out <- "ping"
		case <-p.gone:
			return
		}
	}
}

func lobby(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		p := &player{conn, make(chan string, 8), make(chan struct{})}
		for _, part := range []func(){p.read, p.write, p.ping} {
			go part()
		}
	}
}

func play(target string) {
	conn, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer conn.Close()
	go io.Copy(io.Discard, conn)
	for i, n := 0, 4+rand.Intn(10); i < n; i++ {
		fmt.Fprintln(conn, "move", i)
		time.Sleep(time.Second)
	}
}

func main() {
	svc := serve.New("lobby-churn")
	target := ""
	if !svc.InHelper() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		target = l.Addr().String()
		go lobby(l)
	}
	rate := svc.Rate(1.5, 6)
	svc.Beside("players", target, func(target string) {
		for {
			time.Sleep(time.Duration(float64(time.Second) / rate))
			go play(target)
		}
	})
	svc.HandleFunc("/here", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, here.Load()) })
	svc.Traffic("/here", svc.Rate(5, 20))
	svc.Run()
}
