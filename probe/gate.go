package goleakprobe

import (
	"sync"
	"time"
)

// gate holds back snapshots that come too often, or would cost more than their share of time.
type gate struct {
	perMinute int
	costShare float64

	mutex sync.Mutex
	// passed are the moments of the snapshots of the last minute, oldest first.
	passed []time.Time
	// free is when the cost of the last snapshot is worked off.
	free time.Time
}

// pass lets a snapshot through, or says how long to wait.
func (g *gate) pass(now time.Time) (wait time.Duration) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for len(g.passed) > 0 && now.Sub(g.passed[0]) >= time.Minute {
		g.passed = g.passed[1:]
	}
	if wait = g.free.Sub(now); wait > 0 {
		return wait
	}
	if len(g.passed) >= g.perMinute {
		return g.passed[0].Add(time.Minute).Sub(now)
	}
	g.passed = append(g.passed, now)
	return 0
}

// spent books what a snapshot took; the next one waits until that is no more than its share of the time passed.
func (g *gate) spent(end time.Time, took time.Duration) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.costShare > 0 {
		g.free = end.Add(time.Duration(float64(took) / g.costShare))
	}
}
