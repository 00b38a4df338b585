// Package catalog caches products: a heap that is full before the first request and stays level.
package catalog

import (
	"fmt"
	"sync"
	"time"
)

// productBytes is what a cached product weighs.
const productBytes = 16 << 10

// Cache holds at most size products; the oldest one leaves.
type Cache struct {
	mu       sync.Mutex
	size     int
	products map[string][]byte
	order    []string
}

// NewCache fills a cache ahead of the first request and starts the ticker that refreshes it.
func NewCache(size int) *Cache {
	cache := &Cache{size: size, products: make(map[string][]byte, size)}
	for i := 0; i < size; i++ {
		cache.Product(fmt.Sprintf("ahead-%d", i))
	}
	go cache.refresh(time.NewTicker(2 * time.Second))
	return cache
}

// Product is looked up, or loaded and remembered.
func (c *Cache) Product(name string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if product, known := c.products[name]; known {
		return product
	}
	if len(c.order) >= c.size {
		delete(c.products, c.order[0])
		c.order = c.order[1:]
	}
	product := load()
	c.products[name] = product
	c.order = append(c.order, name)
	return product
}

//go:noinline
func load() []byte { return make([]byte, productBytes) }

// refresh replaces one product at each tick: garbage, at a steady rate.
func (c *Cache) refresh(ticker *time.Ticker) {
	for range ticker.C {
		c.mu.Lock()
		if len(c.order) > 0 {
			c.products[c.order[0]] = load()
		}
		c.mu.Unlock()
	}
}
