// Package presence keeps users shown as online.
package presence

import "time"

// Tracker announces one user.
type Tracker struct {
	left  chan struct{}
	beats int
}

// Track starts announcing. Leave was planned.
func Track() *Tracker {
	t := &Tracker{left: make(chan struct{})}
	go t.announce()
	return t
}

func (t *Tracker) announce() {
	for {
		select {
		case <-time.After(1500 * time.Millisecond):
			t.beats++
		case <-t.left:
			return
		}
	}
}
