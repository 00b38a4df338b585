// Many logical streams over a few TCP connections, in the manner of HTTP/2: streams come and go.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type session struct {
	conn    net.Conn
	mu      sync.Mutex
	streams map[uint32]*stream
	frames  chan [8]byte
}

type stream struct {
	id      uint32
	session *session
	data    chan uint32
}

func (s *session) readLoop() {
	var frame [8]byte
	for {
		if _, err := io.ReadFull(s.conn, frame[:]); err != nil {
			return
		}
		id, value := binary.BigEndian.Uint32(frame[:4]), binary.BigEndian.Uint32(frame[4:])
		s.mu.Lock()
		st, ok := s.streams[id]
		if !ok && value != 0 {
			st = &stream{id: id, session: s, data: make(chan uint32, 8)}
			s.streams[id] = st
			go st.serve()
		}
		s.mu.Unlock()
		if st != nil {
			st.data <- value
		}
	}
}

func (s *session) writeLoop() {
	for frame := range s.frames {
		if _, err := s.conn.Write(frame[:]); err != nil {
			return
		}
	}
}

func (st *stream) serve() {
	for value := range st.data {
		if value == 0 {
			break
		}
		var frame [8]byte
		binary.BigEndian.PutUint32(frame[:4], st.id)
		binary.BigEndian.PutUint32(frame[4:], value+1)
		st.session.frames <- frame
	}
	st.session.mu.Lock()
	delete(st.session.streams, st.id)
	st.session.mu.Unlock()
}

func accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s := &session{conn: conn, streams: map[uint32]*stream{}, frames: make(chan [8]byte, 16)}
		go s.readLoop()
		go s.writeLoop()
	}
}

func caller(target string, perSecond float64) {
	conn, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	go io.Copy(io.Discard, conn)
	var sending sync.Mutex
	send := func(id, value uint32) {
		var frame [8]byte
		binary.BigEndian.PutUint32(frame[:4], id)
		binary.BigEndian.PutUint32(frame[4:], value)
		sending.Lock()
		defer sending.Unlock()
		conn.Write(frame[:])
	}
	for id := uint32(1); ; id++ {
		go func(id uint32) {
			for i := uint32(1); i < 5; i++ {
				send(id, i)
				time.Sleep(time.Duration(300+id%900) * time.Millisecond)
			}
			send(id, 0)
		}(id)
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
	}
}

func main() {
	svc := serve.New("stream-mux")
	target := ""
	if !svc.InHelper() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		target = listener.Addr().String()
		svc.Go(func() { accept(listener) })
	}
	svc.Beside("callers", target, func(target string) {
		for i := 0; i < 4; i++ {
			go caller(target, svc.Rate(4, 25))
		}
	})
	svc.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/health", svc.Rate(5, 20))
	svc.Run()
}
