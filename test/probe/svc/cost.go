package main

import (
	"encoding/json"
	"net/http"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"
)

// cost is what the process has spent until now, and how long it stood still at the longest since it was last asked.
type cost struct {
	CPUMicros      int64   `json:"cpuMicros"`
	PausedMicros   float64 `json:"pausedMicros"`
	LongestStallNs int64   `json:"longestStallNs"`
}

var watchStalls sync.Once
var stalls = struct {
	sync.Mutex
	longest time.Duration
}{}

// tellCost begins to watch for stalls when that is asked for: a goroutine that never rests, and costs a processor.
func tellCost(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("stalls") == "1" {
		watchStalls.Do(func() { go spin() })
	}
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	stalls.Lock()
	longest := stalls.longest
	stalls.longest = 0
	stalls.Unlock()
	_ = json.NewEncoder(w).Encode(cost{
		CPUMicros:      (used.Utime.Nano() + used.Stime.Nano()) / 1000,
		PausedMicros:   paused() * 1e6,
		LongestStallNs: int64(longest),
	})
}

func spin() {
	for before := time.Now(); ; {
		now := time.Now()
		if gap := now.Sub(before); gap > 100*time.Microsecond {
			stalls.Lock()
			if gap > stalls.longest {
				stalls.longest = gap
			}
			stalls.Unlock()
		}
		before = now
	}
}

// paused is for how long the world has been stopped other than for garbage collections, about: from a histogram.
func paused() float64 {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return 0
	}
	total := 0.0
	histogram := sample[0].Value.Float64Histogram()
	for i, count := range histogram.Counts {
		if count > 0 {
			total += float64(count) * histogram.Buckets[i+1]
		}
	}
	return total
}
