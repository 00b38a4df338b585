// Package stats keeps one histogram for each combination of labels.
package stats

import "sync"

// Histogram counts observations.
type Histogram struct {
	buckets [600]uint64
	labels  string
}

// Registry has every series ever seen.
type Registry struct {
	mu     sync.Mutex
	series map[string]*Histogram
}

// New returns an empty registry.
func New() *Registry { return &Registry{series: map[string]*Histogram{}} }

// Observe counts one value.
func (r *Registry) Observe(labels string, value int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.series[labels]
	if !ok {
		h = newHistogram(labels)
		r.series[labels] = h
	}
	h.buckets[value%len(h.buckets)]++
}

//go:noinline
func newHistogram(labels string) *Histogram { return &Histogram{labels: labels} }
