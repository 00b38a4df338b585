// Imports CSV files with two workers each; a file with a bad row is abandoned without closing the channel.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"example.com/programs/internal/serve"
)

var imported atomic.Int64

func importFile(rows []string) error {
	lines := make(chan string)
	for i := 0; i < 2; i++ {
		go importRows(lines)
	}
	for _, row := range rows {
		if strings.HasPrefix(row, "#") {
			return errors.New("comment in the data")
		}
		lines <- row
	}
	close(lines)
	return nil
}

func importRows(lines <-chan string) {
	for line := range lines {
		imported.Add(int64(len(strings.Split(line, ","))))
	}
}

func main() {
	svc := serve.New("range-unclosed")
	svc.HandleFunc("/import", func(w http.ResponseWriter, r *http.Request) {
		rows := []string{"1,ann,3", "2,bob,4", "3,cy,5"}
		if strings.HasSuffix(r.URL.Query().Get("file"), "7") {
			rows[1] = "# note"
		}
		if err := importFile(rows); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		fmt.Fprintln(w, len(rows))
	})
	svc.Traffic("/import?file=%d", svc.Rate(8, 60))
	svc.Run()
}
