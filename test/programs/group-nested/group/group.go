// Package group is a bounded group of goroutines after the manner of errgroup.
package group

import "sync"

// Group runs functions, at most limit at a time.
type Group struct {
	wg   sync.WaitGroup
	once sync.Once
	err  error
	sem  chan struct{}
}

// WithLimit makes a group.
func WithLimit(limit int) *Group { return &Group{sem: make(chan struct{}, limit)} }

// Go runs f as soon as there is room.
func (g *Group) Go(f func() error) {
	g.sem <- struct{}{}
	g.wg.Add(1)
	go func() {
		defer g.done()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err })
		}
	}()
}

func (g *Group) done() {
	<-g.sem
	g.wg.Done()
}

// Wait waits for all and returns the first error.
func (g *Group) Wait() error {
	g.wg.Wait()
	return g.err
}
