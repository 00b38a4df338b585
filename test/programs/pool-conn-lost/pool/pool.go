// Package pool hands out a fixed number of database connections.
package pool

import "sync"

// Conn is one connection.
type Conn struct{ id int }

// Pool lends connections and queues those who have to wait, oldest first.
type Pool struct {
	mu      sync.Mutex
	idle    []*Conn
	waiting []chan *Conn
}

// Open returns a pool of n connections.
func Open(n int) *Pool {
	p := &Pool{}
	for i := 0; i < n; i++ {
		p.idle = append(p.idle, &Conn{id: i})
	}
	return p
}

// Acquire lends a connection, waiting for one if need be.
func (p *Pool) Acquire() *Conn {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		conn := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return conn
	}
	turn := make(chan *Conn, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	return <-turn
}

// Release gives a connection back.
func (p *Pool) Release(conn *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) > 0 {
		p.waiting[0] <- conn
		p.waiting = p.waiting[1:]
		return
	}
	p.idle = append(p.idle, conn)
}
