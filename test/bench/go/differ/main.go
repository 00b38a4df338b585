// Command differ reads goroutine dumps with a peer and prints every goroutine of every file, one JSON line per
// file, so that they can be compared one by one.
//
//	differ gostackparse|panicparse FILE...
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"strings"

	"github.com/DataDog/gostackparse"
	"github.com/maruel/panicparse/v2/stack"
)

type goroutine struct {
	ID      int      `json:"id"`
	State   string   `json:"state"`
	Minutes int      `json:"minutes"`
	Locked  bool     `json:"locked"`
	Funcs   []string `json:"funcs"`
	Lines   []int    `json:"lines"`
	Creator string   `json:"creator"`
}

type answer struct {
	File       string      `json:"file"`
	Goroutines []goroutine `json:"goroutines"`
	// What the peer could not read.
	Errors []string `json:"errors"`
}

func main() {
	log.SetFlags(0)
	read := map[string]func(io.Reader) ([]goroutine, []error){
		"gostackparse": readGostackparse,
		"panicparse":   readPanicparse,
	}[os.Args[1]]
	if read == nil {
		log.Fatalf("no peer called %s", os.Args[1])
	}
	out := json.NewEncoder(os.Stdout)
	for _, name := range os.Args[2:] {
		file, err := os.Open(name)
		if err != nil {
			log.Fatal(err)
		}
		goroutines, errs := read(file)
		file.Close()
		a := answer{File: name, Goroutines: goroutines, Errors: []string{}}
		for _, err := range errs {
			a.Errors = append(a.Errors, err.Error())
		}
		if err := out.Encode(a); err != nil {
			log.Fatal(err)
		}
	}
}

func readGostackparse(r io.Reader) ([]goroutine, []error) {
	parsed, errs := gostackparse.Parse(r)
	goroutines := make([]goroutine, 0, len(parsed))
	for _, p := range parsed {
		g := goroutine{ID: p.ID, State: p.State, Minutes: int(p.Wait.Minutes()), Locked: p.LockedToThread}
		for _, frame := range p.Stack {
			g.Funcs = append(g.Funcs, frame.Func)
			g.Lines = append(g.Lines, frame.Line)
		}
		if p.CreatedBy != nil {
			g.Creator = p.CreatedBy.Func
		}
		goroutines = append(goroutines, g)
	}
	return goroutines, errs
}

func readPanicparse(r io.Reader) ([]goroutine, []error) {
	goroutines := []goroutine{}
	for {
		snapshot, suffix, err := stack.ScanSnapshot(r, io.Discard, stack.DefaultOpts())
		if snapshot != nil {
			for _, p := range snapshot.Goroutines {
				goroutines = append(goroutines, ofPanicparse(p))
			}
		}
		if errors.Is(err, io.EOF) {
			return goroutines, nil
		}
		if err != nil {
			return goroutines, []error{err}
		}
		r = io.MultiReader(strings.NewReader(string(suffix)), r)
	}
}

func ofPanicparse(p *stack.Goroutine) goroutine {
	g := goroutine{ID: p.ID, State: p.State, Minutes: p.SleepMax, Locked: p.Locked}
	for i := range p.Stack.Calls {
		g.Funcs = append(g.Funcs, p.Stack.Calls[i].Func.Complete)
		g.Lines = append(g.Lines, p.Stack.Calls[i].Line)
	}
	if len(p.CreatedBy.Calls) > 0 {
		g.Creator = p.CreatedBy.Calls[0].Func.Complete
	}
	return g
}
