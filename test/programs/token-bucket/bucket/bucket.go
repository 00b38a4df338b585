// Package bucket limits rates with tokens.
package bucket

import (
	"sync/atomic"
	"time"
)

// Bucket holds tokens.
type Bucket struct {
	tokens atomic.Int64
	burst  int64
	every  time.Duration
}

// New makes a full bucket that refills itself.
func New(burst int64, every time.Duration) *Bucket {
	b := &Bucket{burst: burst, every: every}
	b.tokens.Store(burst)
	go b.refill()
	return b
}

func (b *Bucket) refill() {
	for {
		time.Sleep(b.every)
		if b.tokens.Load() < b.burst {
			b.tokens.Add(1)
		}
	}
}

// Take takes a token if there is one.
func (b *Bucket) Take() bool { return b.tokens.Add(-1) >= 0 }
