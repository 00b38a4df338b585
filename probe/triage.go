package goleakprobe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// triage is the report that [Probe.WriteTriage] writes: pprof, the runtime's figures and the program's own, in one JSON.
type triage struct {
	Schema     string             `json:"schema"`
	Taken      time.Time          `json:"taken"`
	Clues      []clue             `json:"clues"`
	GCDuring   uint64             `json:"gcDuring"`
	Build      buildInfo          `json:"build"`
	Runtime    triageRuntime      `json:"runtime"`
	Host       map[string]float64 `json:"host"`
	Cgroup     map[string]float64 `json:"cgroup,omitempty"`
	Vars       map[string]float64 `json:"vars,omitempty"`
	Memory     *runtime.MemStats  `json:"memstats"`
	Goroutines string             `json:"goroutines,omitempty"`
	// Gzipped pprof profiles, in base64.
	GoroutineProfile []byte `json:"goroutineProfile"`
	HeapProfile      []byte `json:"heapProfile"`
}

type triageRuntime struct {
	NumGoroutine int    `json:"numGoroutine"`
	GOMAXPROCS   int    `json:"gomaxprocs"`
	Figures      string `json:"figures"`
}

// WriteTriage writes triage_YYYYMMDD_HHMM.json (UTC) into dir and gives its path. A second one of the same minute has
// a number behind it.
func WriteTriage(dir string) (string, error) {
	p, err := New(Config{})
	if err != nil {
		return "", err
	}
	return p.WriteTriage(dir)
}

// WriteTriage is like the function of that name, with the probe's own limits and figures.
func (p *Probe) WriteTriage(dir string) (string, error) {
	p.taking.Lock()
	defer p.taking.Unlock()
	defer p.buffers.release()
	s := p.take(wanted{text: true})
	report, err := json.MarshalIndent(triage{
		Schema:   "goleak.triage/v1",
		Taken:    s.began.UTC(),
		Clues:    s.clues,
		GCDuring: s.gcDuring,
		Build:    p.build,
		Runtime: triageRuntime{
			NumGoroutine: s.goroutines,
			GOMAXPROCS:   runtime.GOMAXPROCS(0),
			Figures:      string(metricsText(s.samples)),
		},
		Host:             s.host.figures,
		Cgroup:           s.host.stat,
		Vars:             s.numbers,
		Memory:           s.memory,
		Goroutines:       string(s.text),
		GoroutineProfile: s.profile,
		HeapProfile:      s.heap,
	}, "", " ")
	if err != nil {
		return "", fmt.Errorf("goleakprobe: the triage report could not be encoded: %w", err)
	}
	name := "triage_" + s.began.UTC().Format("20060102_1504")
	for n := 1; n < 100; n++ {
		path := filepath.Join(dir, name+".json")
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s_%d.json", name, n))
		}
		// Linked into place, so that no reader sees half of it and none is written over.
		err := writeWhole(path, report, os.Link)
		if !errors.Is(err, fs.ErrExist) {
			return path, err
		}
	}
	return "", fmt.Errorf("goleakprobe: too many reports in %s of this minute", dir)
}
