package main

import (
	"context"
	"sync"
	"time"
)

// fleet is everything that waits, and what it waits for: reachable, as in a service that is well. One in a
// hundred waits for a channel nobody else has, as in one that leaks a little.
type fleet struct {
	jobs, answers chan int
	closing       chan struct{}
	till          sync.Mutex
	bell          *sync.Cond
	staff         sync.WaitGroup
}

var ours = &fleet{
	jobs:    make(chan int),
	answers: make(chan int),
	closing: make(chan struct{}),
	bell:    sync.NewCond(&sync.Mutex{}),
}

func park(n int) {
	ours.till.Lock()
	ours.staff.Add(1)
	var parked sync.WaitGroup
	for i := 0; i < n; i++ {
		parked.Add(1)
		// With what is above and below them, 6 to 20 frames: a connection of net/http that waits has 12.
		depth := 1 + i%8
		switch {
		case i%100 == 0:
			go session(&parked, depth, forgotten)
		case i%10 < 3:
			go session(&parked, depth, ours.receive)
		case i%10 < 6:
			go session(&parked, depth, ours.watch)
		case i%10 < 7:
			go session(&parked, depth, ours.send)
		case i%10 == 7:
			go session(&parked, depth, ours.pay)
		case i%10 == 8:
			go session(&parked, depth, ours.listen)
		case i%20 == 9:
			go session(&parked, depth, ours.leave)
		default:
			go session(&parked, depth, nap)
		}
	}
	parked.Wait()
	// The last of them are on the way from saying so to waiting.
	time.Sleep(100 * time.Millisecond)
}

func session(parked *sync.WaitGroup, depth int, wait func()) {
	through(middleware{name: "session"}, depth, func() {
		parked.Done()
		wait()
	})
}

type layer interface{ pass(depth int, end func()) }

type middleware struct{ name string }

type router struct{ routes [4]int }

//go:noinline
func through(l layer, depth int, end func()) { l.pass(depth, end) }

//go:noinline
func (m middleware) pass(depth int, end func()) {
	if depth <= 0 {
		end()
		return
	}
	through(&router{}, depth-1, end)
}

//go:noinline
func (r *router) pass(depth int, end func()) {
	r.routes[depth%4]++
	if depth <= 0 {
		end()
		return
	}
	through(middleware{name: "inner"}, depth-1, end)
}

func forgotten() { <-make(chan int) }

func (f *fleet) receive() {
	for range f.jobs {
	}
}

func (f *fleet) watch() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	select {
	case <-ctx.Done():
	case <-f.closing:
	}
}

func (f *fleet) send() { f.answers <- 1 }

func (f *fleet) pay() {
	f.till.Lock()
	defer f.till.Unlock()
}

func (f *fleet) listen() {
	f.bell.L.Lock()
	defer f.bell.L.Unlock()
	f.bell.Wait()
}

func (f *fleet) leave() { f.staff.Wait() }

func nap() { time.Sleep(24 * time.Hour) }
