// Command peers reads one file with one of the peers, as a Go program would use them with default settings,
// adds up what it read, and prints one JSON line per repetition.
//
//	peers gostackparse|gostackparse-json|panicparse|pprof|go-tool-trace FILE [REPETITIONS]
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/DataDog/gostackparse"
	"github.com/google/pprof/profile"
	"github.com/maruel/panicparse/v2/stack"
)

type result struct {
	Ms float64 `json:"ms"`
	// What was read: both sides must agree in all of it.
	Counted map[string]int64 `json:"counted"`
	RssKiB  int64            `json:"rssKiB"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: peers gostackparse|gostackparse-json|panicparse|pprof|go-tool-trace FILE [REPETITIONS]")
	}
	if os.Args[1] == "go-tool-trace" {
		if err := runGoToolTrace(os.Args[2]); err != nil {
			log.Fatal(err)
		}
		return
	}
	read := map[string]func(io.Reader) (map[string]int64, error){
		"gostackparse":      readGostackparse,
		"gostackparse-json": writeGostackparse,
		"panicparse":        readPanicparse,
		"pprof":             readPprof,
	}[os.Args[1]]
	if read == nil {
		log.Fatalf("no peer called %s", os.Args[1])
	}
	repetitions := 1
	if len(os.Args) > 3 {
		repetitions, _ = strconv.Atoi(os.Args[3])
	}
	for range repetitions {
		if err := measure(read, os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
}

func measure(read func(io.Reader) (map[string]int64, error), name string) error {
	started := time.Now()
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	counted, err := read(file)
	if err != nil {
		return err
	}
	ms := float64(time.Since(started).Microseconds()) / 1000
	line, err := json.Marshal(result{Ms: ms, Counted: counted, RssKiB: peakRSS()})
	fmt.Println(string(line))
	return err
}

type group struct {
	count   int
	maxWait time.Duration
	stack   []*gostackparse.Frame
}

func readGostackparse(r io.Reader) (map[string]int64, error) {
	goroutines, errs := gostackparse.Parse(r)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	groups := map[string]*group{}
	var key []byte
	for _, g := range goroutines {
		key = append(key[:0], g.State...)
		for _, frame := range g.Stack {
			key = appendFrame(key, frame)
		}
		if g.CreatedBy != nil {
			key = appendFrame(append(key, " by"...), g.CreatedBy)
		}
		known := groups[string(key)]
		if known == nil {
			known = &group{stack: g.Stack}
			groups[string(key)] = known
		}
		known.count++
		known.maxWait = max(known.maxWait, g.Wait)
	}
	return map[string]int64{"goroutines": int64(len(goroutines)), "stacks": int64(len(groups))}, nil
}

// writeGostackparse is what its own command does: parse, and print the goroutines as JSON. A goroutine that the
// file cuts off is an error to it, and not among them.
func writeGostackparse(r io.Reader) (map[string]int64, error) {
	goroutines, _ := gostackparse.Parse(r)
	w := bufio.NewWriter(io.Discard)
	if err := json.NewEncoder(w).Encode(goroutines); err != nil {
		return nil, err
	}
	return map[string]int64{"goroutines": int64(len(goroutines))}, w.Flush()
}

func appendFrame(key []byte, frame *gostackparse.Frame) []byte {
	key = append(append(key, '\n'), frame.Func...)
	key = append(append(key, '@'), frame.File...)
	return strconv.AppendInt(append(key, ':'), int64(frame.Line), 10)
}

func readPanicparse(r io.Reader) (map[string]int64, error) {
	var goroutines, stacks int64
	for {
		snapshot, suffix, err := stack.ScanSnapshot(r, io.Discard, stack.DefaultOpts())
		if snapshot != nil {
			goroutines += int64(len(snapshot.Goroutines))
			stacks += int64(len(snapshot.Aggregate(stack.AnyValue).Buckets))
		}
		if errors.Is(err, io.EOF) {
			return map[string]int64{"goroutines": goroutines, "stacks": stacks}, nil
		}
		if err != nil {
			return nil, err
		}
		r = io.MultiReader(strings.NewReader(string(suffix)), r)
	}
}

// readPprof sums every column, and the last one by leaf function.
func readPprof(r io.Reader) (map[string]int64, error) {
	p, err := profile.Parse(r)
	if err != nil {
		return nil, err
	}
	counted := map[string]int64{"samples": int64(len(p.Sample))}
	flat := map[string]int64{}
	last := len(p.SampleType) - 1
	for _, sample := range p.Sample {
		for i, value := range sample.Value {
			counted[p.SampleType[i].Type] += value
		}
		counted["frames"] += frames(sample)
		flat[sample.Location[0].Line[0].Function.Name] += sample.Value[last]
	}
	counted["leaves"] = int64(len(flat))
	for _, sum := range flat {
		counted["largest"] = max(counted["largest"], sum)
	}
	return counted, nil
}

func frames(sample *profile.Sample) (n int64) {
	for _, location := range sample.Location {
		n += int64(len(location.Line))
	}
	return n
}

// peakRSS is the peak resident memory of this process in KiB, as Linux counts it.
func peakRSS() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib
		}
	}
	return 0
}
