// Streams an export through io.Pipe; a download that is cut short leaves the writing half behind.
package main

import (
	"encoding/csv"
	"io"
	"net/http"
	"strconv"

	"example.com/programs/internal/serve"
)

func rows(out *io.PipeWriter) {
	table := csv.NewWriter(out)
	for i := 0; i < 2000; i++ {
		table.Write([]string{strconv.Itoa(i), "item", "9.99"})
	}
	table.Flush()
	out.Close()
}

func export(w io.Writer, limit int64) {
	in, out := io.Pipe()
	go rows(out)
	io.Copy(w, io.LimitReader(in, limit))
}

func main() {
	svc := serve.New("pipe-unclosed")
	svc.HandleFunc("/export", func(w http.ResponseWriter, r *http.Request) {
		limit := int64(1 << 20)
		if r.URL.Query().Has("preview") {
			limit = 4 << 10
		}
		export(w, limit)
	})
	svc.Traffic("/export", svc.Rate(3, 10))
	svc.Traffic("/export?preview", svc.Rate(1, 6))
	svc.Run()
}
