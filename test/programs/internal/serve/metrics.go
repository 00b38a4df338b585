package serve

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"time"
)

var startedAt = time.Now()

// Metrics mounts a small /metrics page, the families a Prometheus client would export.
func (s *Service) Metrics() {
	if !s.hasMetrics {
		s.hasMetrics = true
		s.mux.HandleFunc("/metrics", s.metrics)
	}
}

func (s *Service) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	family := func(name, kind, help string, value float64) {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %v\n", name, help, name, kind, name, value)
	}
	fmt.Fprintf(w, "# HELP go_info Information about the Go environment.\n# TYPE go_info gauge\ngo_info{version=%q} 1\n", runtime.Version())
	family("go_goroutines", "gauge", "Number of goroutines that currently exist.", float64(runtime.NumGoroutine()))
	family("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", float64(startedAt.UnixMilli())/1000)
	family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", float64(residentBytes()))
	family("http_requests_total", "counter", "Requests served.", float64(s.requests.Value()))
	family("http_connections", "gauge", "Open client connections.", float64(s.connections.Value()))
}

func residentBytes() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int64
	fmt.Sscan(string(text), &size, &resident)
	return resident * int64(os.Getpagesize())
}
