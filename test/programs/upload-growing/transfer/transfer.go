// Package transfer receives large files in the background.
package transfer

import (
	"expvar"
	"time"
)

// Desk counts the transfers under way.
type Desk struct{ Active *expvar.Int }

// Begin receives a file of some parts, one part per second.
func (d *Desk) Begin(parts int) {
	d.Active.Add(1)
	go d.receive(parts)
}

func (d *Desk) receive(parts int) {
	defer d.Active.Add(-1)
	for part := 0; part < parts; part++ {
		time.Sleep(time.Second)
	}
}
