// Builds an index once from millions of rows and keeps one row in sixty-four: each survivor pins a span.
package main

import (
	"fmt"
	"net/http"
	"runtime"

	"example.com/programs/internal/serve"
)

type row struct {
	id   int
	text [88]byte
}

func build(rows int) []*row {
	kept := make([]*row, 0, rows/64)
	batch := make([]*row, 0, rows)
	for id := 0; id < rows; id++ {
		batch = append(batch, &row{id: id})
	}
	for id := 0; id < rows; id += 64 {
		kept = append(kept, batch[id])
	}
	return kept
}

func main() {
	svc := serve.New("sparse-spans")
	var index []*row
	svc.Go(func() {
		index = build(svc.Size(1_500_000, 2_500_000))
		runtime.GC() // give the batch back before serving
	})
	svc.HandleFunc("/find", func(w http.ResponseWriter, r *http.Request) {
		scratch := make([]byte, 64<<10)
		fmt.Fprintln(w, len(index), len(scratch))
	})
	svc.Traffic("/find", svc.Rate(40, 90))
	svc.Run()
}
