package goleakprobe

import (
	"fmt"
	"sort"
	"testing"
)

// BenchmarkSnapshot takes snapshots of a process with many goroutines, and tells the width of each clue, the gaps between
// one clue and the next, and the whole, in nanoseconds: medians, and of the gaps the widest of all.
func BenchmarkSnapshot(b *testing.B) {
	for _, count := range []int{1_000, 10_000} {
		for _, text := range []bool{true, false} {
			name := fmt.Sprintf("goroutines=%d/text=%t", count, text)
			b.Run(name, func(b *testing.B) {
				park(b, count)
				p := newProbe(b, Config{DumpUpTo: 20_000})
				widths := map[string][]int64{}
				var gaps []int64
				b.ResetTimer()
				for i := 0; i < b.N; i++ {
					s := p.take(wanted{text: text})
					before := int64(-1)
					for _, c := range s.clues {
						if c.File == "" {
							continue
						}
						widths[c.Name] = append(widths[c.Name], c.To-c.From)
						if before >= 0 {
							gaps = append(gaps, c.From-before)
						}
						before = c.To
					}
				}
				b.StopTimer()
				for clue, each := range widths {
					b.ReportMetric(float64(median(each)), clue+"-ns")
				}
				sort.Slice(gaps, func(i, j int) bool { return gaps[i] < gaps[j] })
				b.ReportMetric(float64(median(gaps)), "gap-ns")
				b.ReportMetric(float64(gaps[len(gaps)-1]), "widest-gap-ns")
			})
		}
	}
}

// BenchmarkLook is what a watch costs each time it looks.
func BenchmarkLook(b *testing.B) {
	reader, w := newVitalReader(), &Watch{LimitShare: 0.85, Goroutines: 10_000, Growth: 3}
	var tr trend
	for i := 0; i < b.N; i++ {
		judge(reader.read(), tr, w, 1<<30)
	}
}

func median(values []int64) int64 {
	sorted := append([]int64(nil), values...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	return sorted[len(sorted)/2]
}
