package goleakprobe

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"time"
)

// clue says when a part of a snapshot was taken, in nanoseconds since the snapshot began.
type clue struct {
	Name string `json:"clue"`
	File string `json:"file,omitempty"`
	From int64  `json:"fromNs"`
	To   int64  `json:"toNs"`
	// LeftOut says why there is no file.
	LeftOut string `json:"leftOut,omitempty"`
	// Cut is true of stacks that the buffer did not hold to their end.
	Cut bool `json:"cut,omitempty"`
}

// snapshot is what was taken, not yet encoded. It lives until the buffers it was taken into are used again.
type snapshot struct {
	began      time.Time
	clues      []clue
	goroutines int
	text       []byte
	memory     *runtime.MemStats
	samples    []metrics.Sample
	host       host
	heap       []byte
	profile    []byte
	trace      []byte
	numbers    map[string]float64
	// gcDuring counts garbage collections that ended while it was taken: clues on two sides of one do not agree.
	gcDuring uint64
}

// wanted says what a snapshot has beside the clues that every one has.
type wanted struct {
	text  bool
	trace bool
}

// buffers are kept from one snapshot to the next, so that a snapshot allocates little while it is taken.
type buffers struct {
	text    []byte
	memory  runtime.MemStats
	samples []metrics.Sample
	heap    bounded
	profile bounded
	trace   bounded
	host    hostFiles
}

const (
	// textPerGoroutine is roomy: stacks of services take 570 bytes on average.
	textPerGoroutine = 1 << 10
	textAtLeast      = 64 << 10
	// keptText is not given back between snapshots.
	keptText = 4 << 20
)

// take takes a snapshot. The order of the clues makes them agree:
//
// Full stacks come first, because the world stands still while they are written. When it moves again they show what is
// true at that moment, and the figures are read in the next microseconds. The goroutine profile comes last: it copies
// the stacks at its beginning, and what it does afterwards, naming them, no other clue has to wait for.
//
// The caller holds p.taking.
func (p *Probe) take(want wanted) *snapshot {
	b := &p.buffers
	s := &snapshot{memory: &b.memory, goroutines: runtime.NumGoroutine()}
	if p.config.Numbers != nil {
		s.numbers = p.config.Numbers()
	}
	s.clues = make([]clue, 0, 8)
	leftOut := p.prepare(s, want)
	cycles := gcCycles()

	s.began = time.Now()
	if leftOut == "" {
		s.clock("goroutine-text", "goroutines.txt.gz", func() error {
			s.text = b.text[:runtime.Stack(b.text, true)]
			if size := 2 * len(b.text); len(s.text) == len(b.text) && size <= maxAnswer {
				// Deep stacks, and for once a second pause: half of them would be worth little.
				b.text = make([]byte, size)
				s.text = b.text[:runtime.Stack(b.text, true)]
			}
			return nil
		})
		s.clues[len(s.clues)-1].Cut = len(s.text) == len(b.text)
	} else {
		s.clues = append(s.clues, clue{Name: "goroutine-text", LeftOut: leftOut})
	}
	s.clock("memstats", "memstats.json", func() error { runtime.ReadMemStats(&b.memory); return nil })
	s.clock("runtime", "runtime.txt", func() error { metrics.Read(b.samples); s.samples = b.samples; return nil })
	s.clock("host", "host.prom", func() error { s.host = b.host.read(); return nil })
	s.clock("heap", "heap.pb.gz", func() (err error) { s.heap, err = b.heap.profile("heap"); return err })
	s.clock("goroutine", "goroutine.pb.gz", func() (err error) {
		s.profile, err = b.profile.profile("goroutine")
		return err
	})
	s.gcDuring = gcCycles() - cycles
	b.host.close()
	if want.trace && p.recorder != nil {
		s.clock("trace", "trace.out", func() (err error) {
			b.trace.Reset()
			_, err = p.recorder.WriteTo(&b.trace)
			s.trace = b.trace.Bytes()
			return err
		})
	}
	return s
}

// prepare has everything at hand that clues are written into, and says why there will be no full stacks.
func (p *Probe) prepare(s *snapshot, want wanted) (leftOut string) {
	b := &p.buffers
	if b.samples == nil {
		b.samples = metricSamples()
	}
	b.host.open()
	switch {
	case !want.text:
		return "not asked for"
	case p.config.DumpUpTo < 0:
		return "full stacks are switched off"
	case s.goroutines > p.config.DumpUpTo:
		return fmt.Sprintf("%d goroutines: full stacks are written up to %d", s.goroutines, p.config.DumpUpTo)
	}
	// Goroutines may be born between now and then.
	size := textAtLeast + textPerGoroutine*(s.goroutines+s.goroutines/8)
	if size > maxAnswer {
		size = maxAnswer
	}
	if cap(b.text) < size {
		b.text = make([]byte, size)
	}
	b.text = b.text[:cap(b.text)]
	return ""
}

// clock runs one clue, from its first instruction to its last. Nothing that is not the clue itself runs in between.
func (s *snapshot) clock(name, file string, run func() error) {
	from := time.Since(s.began)
	err := run()
	to := time.Since(s.began)
	c := clue{Name: name, File: file, From: int64(from), To: int64(to)}
	if err != nil {
		c.File, c.LeftOut = "", err.Error()
	}
	s.clues = append(s.clues, c)
}

// release gives back what only a large process needs.
func (b *buffers) release() {
	if cap(b.text) > keptText {
		b.text = nil
	}
	for _, each := range []*bounded{&b.heap, &b.profile, &b.trace} {
		if each.Cap() > keptText {
			each.Buffer = bytes.Buffer{}
		}
	}
}

var errTooLarge = errors.New("it is larger than 32 MiB")

// bounded is a buffer that refuses to grow beyond what an answer may weigh.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(part []byte) (int, error) {
	if b.Len()+len(part) > maxAnswer {
		return 0, errTooLarge
	}
	return b.Buffer.Write(part)
}

func (b *bounded) profile(name string) ([]byte, error) {
	b.Reset()
	if err := pprof.Lookup(name).WriteTo(b, 0); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
