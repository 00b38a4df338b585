// Parses a large import into small documents of several sizes and keeps one in twelve: nearly every span stays,
// nearly empty.
package main

import (
	"fmt"
	"net/http"
	"runtime"

	"example.com/programs/internal/serve"
)

type document struct{ text []byte }

var kept []*document

func load(megabytes int) {
	sizes := []int{300, 700, 1100, 1900}
	all := make([]*document, 0, megabytes<<10)
	for total := 0; total < megabytes<<20; {
		size := sizes[len(all)%len(sizes)]
		all = append(all, &document{make([]byte, size)})
		total += size
	}
	for i, d := range all {
		if i%12 < 4 && i%4 == (i/12)%4 {
			kept = append(kept, d)
		}
	}
}

func main() {
	svc := serve.New("frag-documents")
	svc.Go(func() {
		load(svc.Size(160, 240))
		runtime.GC()
	})
	svc.HandleFunc("/documents", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, len(kept)) })
	svc.Traffic("/documents", svc.Rate(15, 60))
	svc.Run()
}
