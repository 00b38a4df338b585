// Package fetchgroup runs functions together and keeps the first error.
package fetchgroup

import (
	"context"
	"sync"
)

// Group is a handful of goroutines with one fate.
type Group struct {
	wait   sync.WaitGroup
	once   sync.Once
	cancel context.CancelFunc
	err    error
}

// With returns a group and the context its functions share.
func With(parent context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancel(parent)
	return &Group{cancel: cancel}, ctx
}

// Go starts one function.
func (g *Group) Go(f func() error) {
	g.wait.Add(1)
	go func() {
		defer g.wait.Done()
		if err := f(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

// Wait returns the first error.
func (g *Group) Wait() error {
	g.wait.Wait()
	g.cancel()
	return g.err
}
