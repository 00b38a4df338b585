// A large saw: the heap climbs by tens of megabytes between two collections and falls back.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type table struct{ rows [][]byte }

func load(rows int) *table {
	t := &table{}
	for i := 0; i < rows; i++ {
		t.rows = append(t.rows, make([]byte, 8<<10))
	}
	return t
}

func (t *table) export() int {
	out := make([]byte, 0, 200<<10)
	for i := 0; i < 25; i++ {
		out = append(out, t.rows[i]...)
	}
	return len(out)
}

func main() {
	svc := serve.New("heap-saw")
	t := load(10_000)
	svc.HandleFunc("/export", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, t.export()) })
	svc.Traffic("/export", svc.Rate(8, 30))
	svc.Run()
}
