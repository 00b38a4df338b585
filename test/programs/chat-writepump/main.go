// A chat over raw TCP: when a member leaves, the reader ends and the member is taken out of the room, but the channel
// its writer ranges over is never closed.
package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type member struct {
	conn net.Conn
	out  chan string
}

type room struct {
	sync.RWMutex
	members map[*member]struct{}
}

func (r *room) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		m := &member{conn: conn, out: make(chan string, 16)}
		r.Lock()
		r.members[m] = struct{}{}
		r.Unlock()
		go r.read(m)
		go m.write()
	}
}

func (r *room) read(m *member) {
	defer m.conn.Close()
	lines := bufio.NewScanner(m.conn)
	for lines.Scan() {
		r.say(lines.Text())
	}
	r.Lock()
	delete(r.members, m)
	r.Unlock()
}

func (r *room) say(text string) {
	r.RLock()
	defer r.RUnlock()
	for m := range r.members {
		select {
		case m.out <- text:
		default:
		}
	}
}

func (m *member) write() {
	for text := range m.out {
		if _, err := io.WriteString(m.conn, text+"\n"); err != nil {
			return
		}
	}
}

func visit(target string) {
	conn, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer conn.Close()
	go io.Copy(io.Discard, conn)
	for i, n := 0, 4+rand.Intn(8); i < n; i++ {
		fmt.Fprintln(conn, "hello", i)
		time.Sleep(time.Duration(300+rand.Intn(500)) * time.Millisecond)
	}
}

func main() {
	svc := serve.New("chat-writepump")
	target := ""
	r := &room{members: map[*member]struct{}{}}
	if !svc.InHelper() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		target = l.Addr().String()
		go r.serve(l)
	}
	rate := svc.Rate(0.6, 3)
	svc.Beside("visitors", target, func(target string) {
		for {
			time.Sleep(time.Duration(float64(time.Second) / rate))
			go visit(target)
		}
	})
	svc.HandleFunc("/members", func(w http.ResponseWriter, _ *http.Request) {
		r.RLock()
		defer r.RUnlock()
		fmt.Fprintln(w, len(r.members))
	})
	svc.Traffic("/members", svc.Rate(5, 20))
	svc.Run()
}
