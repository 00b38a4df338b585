// Package flight lets concurrent callers share one lookup.
package flight

import "sync"

type call struct {
	wait  sync.WaitGroup
	value string
}

// Group remembers the lookups under way.
type Group struct {
	mu    sync.Mutex
	calls map[string]*call
}

// New returns a group without calls.
func New() *Group { return &Group{calls: map[string]*call{}} }

// Do runs lookup once for all callers of the same key. A lookup that panics never says it is over.
func (g *Group) Do(key string, lookup func() string) string {
	g.mu.Lock()
	if c, ok := g.calls[key]; ok {
		g.mu.Unlock()
		c.wait.Wait()
		return c.value
	}
	c := &call{}
	c.wait.Add(1)
	g.calls[key] = c
	g.mu.Unlock()
	c.value = lookup()
	c.wait.Done()
	g.mu.Lock()
	delete(g.calls, key)
	g.mu.Unlock()
	return c.value
}
