package goleakprobe

import (
	"context"
	"errors"
	"os"
	"time"
)

// Watch says when a probe takes a pair of snapshots by itself. The zero value of a threshold has it never reached.
type Watch struct {
	// Dir keeps the last good pair, as last-pair.tar. It must exist.
	Dir string
	// Goroutines is a number that is too many.
	Goroutines int
	// Growth is how many times more goroutines, or live heap, than at the lowest of the last ten minutes is too much. Below
	// 1,000 goroutines and 64 MiB nothing has grown.
	Growth float64
	// LimitShare is the part of a memory limit whose use is too much, 0.85 for example. Of GOMEMLIMIT the live heap counts,
	// because a garbage collector in need keeps to it; of a container's limit, or MemoryLimit, everything that is held.
	LimitShare float64
	// MemoryLimit is a limit in bytes that the runtime and the kernel do not know. The smallest one counts.
	MemoryLimit uint64
	// Every is how often it looks; a look takes some microseconds. 0: 1 s.
	Every time.Duration
	// Gap is how far the two snapshots of a pair are apart at least. Within the last 5 % of a limit a second is enough.
	// 0: 10 s.
	Gap time.Duration
	// Again is how soon a newer pair replaces the last one while the trouble lasts. 0: 1 min.
	Again time.Duration
	// Push sends pairs to goleak. Nil: they are only kept.
	Push *Push
	// Failed is told what went wrong, for the program's own log. Nil: nobody is.
	Failed func(error)
}

func (w Watch) complete() (Watch, error) {
	if info, err := os.Stat(w.Dir); w.Dir == "" || err != nil || !info.IsDir() {
		return w, errors.New("goleakprobe: Watch.Dir must be a folder that exists")
	}
	if w.LimitShare < 0 || w.LimitShare > 1 || w.Growth < 0 || w.Goroutines < 0 {
		return w, errors.New("goleakprobe: thresholds of Watch must not be negative, and LimitShare is a part of 1")
	}
	if w.Every == 0 {
		w.Every = time.Second
	}
	if w.Gap == 0 {
		w.Gap = 10 * time.Second
	}
	if w.Again == 0 {
		w.Again = time.Minute
	}
	if w.Every < 0 || w.Gap < 0 || w.Again < 0 {
		return w, errors.New("goleakprobe: durations of Watch must not be negative")
	}
	if w.Failed == nil {
		w.Failed = func(error) {}
	}
	if w.Push != nil {
		push, err := w.Push.complete()
		if err != nil {
			return w, err
		}
		w.Push = &push
	}
	return w, nil
}

// because says which threshold was reached.
type because struct {
	// Kind is "limit", "goroutines", "goroutine-growth" or "heap-growth".
	Kind string `json:"kind"`
	// Value is what was seen, Of what it is measured by: bytes, or goroutines.
	Value uint64 `json:"value"`
	Of    uint64 `json:"of"`
}

// Start has the probe watch its process until ctx ends. A pair that an earlier process left behind and could not push is
// pushed first: that process may have died of what the pair shows. A probe without a Watch does nothing.
func (p *Probe) Start(ctx context.Context) {
	if p.config.Watch == nil {
		return
	}
	p.started.Do(func() { go p.watch(ctx) })
}

func (p *Probe) watch(ctx context.Context) {
	w := p.config.Watch
	keeper := &pairKeeper{probe: p, watch: w}
	if w.Push != nil {
		go keeper.pushLeftover(ctx)
	}
	reader := newVitalReader()
	ticker := time.NewTicker(w.Every)
	defer ticker.Stop()
	var trend trend
	var limit uint64
	var limitAt time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if limitAt.IsZero() || now.Sub(limitAt) >= limitEvery {
				limit, limitAt = smallest(containerLimit(), w.MemoryLimit), now
			}
			v := reader.read()
			trend.add(now, v)
			keeper.look(ctx, now, judge(v, trend, w, limit))
		}
	}
}

// limitEvery is how often a container's limit is read: it rarely changes, and is in a file.
const limitEvery = time.Minute

// alarm is what a look at the vitals came to.
type alarm struct {
	// level is 0 while all is well, 1 when the first snapshot of a pair should be at hand, 2 when a pair is wanted.
	level int
	// urgent is true where waiting may be too late.
	urgent bool
	why    because
}

const (
	// armAt is the part of a threshold at which the first snapshot is taken.
	armAt = 0.75
	// urgentAt is the part of a memory limit beyond which there may be no time left.
	urgentAt = 0.95

	leastGoroutines = 1_000
	leastLive       = 64 << 20
)

// judge compares figures with the thresholds of a watch; the gravest counts, a memory limit before all. Hard is the limit
// at which the process is ended, 0 for none.
func judge(v vitals, t trend, w *Watch, hard uint64) alarm {
	var worst alarm
	consider := func(kind string, value, of, threshold uint64) {
		if threshold == 0 {
			return
		}
		level := 0
		switch {
		case value >= threshold:
			level = 2
		case float64(value) >= armAt*float64(threshold):
			level = 1
		}
		if level > worst.level {
			worst = alarm{level: level, why: because{Kind: kind, Value: value, Of: of}}
		}
	}
	if w.LimitShare > 0 {
		share := func(limit uint64) uint64 { return uint64(w.LimitShare * float64(limit)) }
		consider("limit", v.live, v.softLimit, share(v.softLimit))
		consider("limit", v.footprint, hard, share(hard))
		if worst.level == 2 {
			worst.urgent = float64(worst.why.Value) >= urgentAt*float64(worst.why.Of)
		}
	}
	consider("goroutines", v.goroutines, uint64(w.Goroutines), uint64(w.Goroutines))
	if w.Growth > 0 {
		grown := func(low, least uint64) uint64 {
			threshold := uint64(w.Growth * float64(low))
			if threshold < least {
				threshold = least
			}
			return threshold
		}
		consider("goroutine-growth", v.goroutines, t.lowGoroutines, grown(t.lowGoroutines, leastGoroutines))
		consider("heap-growth", v.live, t.lowLive, grown(t.lowLive, leastLive))
	}
	return worst
}

// smallest of two limits, of which 0 is none.
func smallest(a, b uint64) uint64 {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

// containerLimit is 0 when there is none.
func containerLimit() uint64 {
	files := hostFiles{bytes: make([]byte, 64)}
	two, one := files.cgroupFolders()
	for _, folder := range two {
		files.add(folder+"/memory.max", readLimit)
	}
	for _, folder := range one {
		files.add(folder+"/memory.limit_in_bytes", readLimit)
	}
	defer files.close()
	return uint64(files.read().figures[hostLimit])
}

const (
	trendMinutes = 10
	trendSlots   = 20
)

// trend knows the lowest figures of the last ten minutes, half a minute a slot.
type trend struct {
	slots                  []trendSlot
	lowGoroutines, lowLive uint64
}

type trendSlot struct {
	from             time.Time
	goroutines, live uint64
}

func (t *trend) add(now time.Time, v vitals) {
	if n := len(t.slots); n == 0 || now.Sub(t.slots[n-1].from) >= trendMinutes*time.Minute/trendSlots {
		t.slots = append(t.slots, trendSlot{now, v.goroutines, v.live})
		if len(t.slots) > trendSlots {
			t.slots = t.slots[1:]
		}
	}
	last := &t.slots[len(t.slots)-1]
	last.goroutines, last.live = min64(last.goroutines, v.goroutines), min64(last.live, v.live)
	t.lowGoroutines, t.lowLive = last.goroutines, last.live
	for _, slot := range t.slots {
		t.lowGoroutines, t.lowLive = min64(t.lowGoroutines, slot.goroutines), min64(t.lowLive, slot.live)
	}
}

func min64(a, b uint64) uint64 {
	if a < b {
		return a
	}
	return b
}
