// Encodes with pooled buffers of a megabyte, and twice in five seconds puts a report of 24 MB together that is thrown
// away. Healthy: a sawtooth.
package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 1<<20)) }}

func encode(w http.ResponseWriter, _ *http.Request) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	for i := 0; i < 200; i++ {
		b.WriteString(hex.EncodeToString([]byte("a row of the table")))
	}
	w.Write(b.Bytes()[:200])
}

var lastReport int

func report() {
	rows := make([][]byte, 0, 96)
	for i := 0; i < 96; i++ {
		rows = append(rows, make([]byte, 256<<10))
	}
	lastReport = len(rows)
}

func main() {
	svc := serve.New("codec-pool")
	svc.HandleFunc("/encode", encode)
	svc.Go(func() {
		for range time.Tick(2500 * time.Millisecond) {
			report()
		}
	})
	svc.HandleFunc("/report", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, lastReport) })
	svc.Traffic("/encode", svc.Rate(30, 120))
	svc.Run()
}
