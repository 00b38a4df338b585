// Package querycache keeps the results of queries.
package querycache

import "sync"

// Cache has room for everything.
type Cache struct {
	mu      sync.RWMutex
	results map[string][]string
}

// New returns an empty cache.
func New() *Cache { return &Cache{results: map[string][]string{}} }

// Get runs the query unless its result is known.
func (c *Cache) Get(query string, run func(string) []string) []string {
	c.mu.RLock()
	rows, ok := c.results[query]
	c.mu.RUnlock()
	if ok {
		return rows
	}
	rows = run(query)
	c.mu.Lock()
	c.results[query] = rows
	c.mu.Unlock()
	return rows
}
