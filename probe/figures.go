package goleakprobe

import (
	"bytes"
	"fmt"
	"math"
	"runtime/metrics"
	"sort"
)

const (
	metricCycles    = "/gc/cycles/total:gc-cycles"
	metricLive      = "/gc/heap/live:bytes"
	metricLimit     = "/gc/gomemlimit:bytes"
	metricCount     = "/sched/goroutines:goroutines"
	metricTotal     = "/memory/classes/total:bytes"
	metricReleased  = "/memory/classes/heap/released:bytes"
	metricNeverSet  = math.MaxInt64
	maxMetricsShown = 400
)

// metricSamples are all figures of runtime/metrics that are one number; histograms are left out.
func metricSamples() []metrics.Sample {
	var samples []metrics.Sample
	for _, each := range metrics.All() {
		if each.Kind == metrics.KindUint64 || each.Kind == metrics.KindFloat64 {
			samples = append(samples, metrics.Sample{Name: each.Name})
		}
	}
	if len(samples) > maxMetricsShown {
		samples = samples[:maxMetricsShown]
	}
	return samples
}

// metricsText writes one figure a line, `/gc/heap/live:bytes 301684440`.
func metricsText(samples []metrics.Sample) []byte {
	var text bytes.Buffer
	for _, each := range samples {
		switch each.Value.Kind() {
		case metrics.KindUint64:
			fmt.Fprintf(&text, "%s %d\n", each.Name, each.Value.Uint64())
		case metrics.KindFloat64:
			fmt.Fprintf(&text, "%s %g\n", each.Name, each.Value.Float64())
		}
	}
	return text.Bytes()
}

func gcCycles() uint64 {
	sample := [1]metrics.Sample{{Name: metricCycles}}
	metrics.Read(sample[:])
	return number(sample[0])
}

// number is a figure, or 0 where this Go does not have it.
func number(sample metrics.Sample) uint64 {
	if sample.Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample.Value.Uint64()
}

// vitals are what a watch looks at: few figures, read without stopping the world.
type vitals struct {
	goroutines uint64
	// live is the heap that survived the last garbage collection.
	live uint64
	// footprint is what the process holds of the system, as GOMEMLIMIT counts it.
	footprint uint64
	// softLimit is GOMEMLIMIT; 0 when it is not set.
	softLimit uint64
}

type vitalReader struct{ samples []metrics.Sample }

func newVitalReader() *vitalReader {
	names := []string{metricCount, metricLive, metricTotal, metricReleased, metricLimit}
	samples := make([]metrics.Sample, len(names))
	for i, name := range names {
		samples[i].Name = name
	}
	return &vitalReader{samples}
}

func (r *vitalReader) read() vitals {
	metrics.Read(r.samples)
	v := vitals{
		goroutines: number(r.samples[0]),
		live:       number(r.samples[1]),
		footprint:  number(r.samples[2]) - number(r.samples[3]),
		softLimit:  number(r.samples[4]),
	}
	if v.softLimit >= metricNeverSet {
		v.softLimit = 0
	}
	return v
}

func sortedNames(figures map[string]float64) []string {
	names := make([]string, 0, len(figures))
	for name := range figures {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
