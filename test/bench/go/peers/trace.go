package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/google/pprof/profile"
)

// runGoToolTrace measures `go tool trace -pprof=sched`, the tool itself: finding and building it is the go
// command's work and not counted.
func runGoToolTrace(name string) error {
	path, err := exec.Command("go", "tool", "-n", "trace").Output()
	if err != nil {
		return err
	}
	var written bytes.Buffer
	tool := exec.Command(strings.TrimSpace(string(path)), "-pprof=sched", name)
	tool.Stdout = &written
	started := time.Now()
	if err := tool.Run(); err != nil {
		return err
	}
	ms := float64(time.Since(started).Microseconds()) / 1000
	p, err := profile.Parse(&written)
	if err != nil {
		return err
	}
	var delay int64
	for _, sample := range p.Sample {
		delay += sample.Value[len(sample.Value)-1]
	}
	rss := tool.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	line, err := json.Marshal(result{ms, map[string]int64{"schedulingMs": delay / 1e6}, rss})
	fmt.Println(string(line))
	return err
}
