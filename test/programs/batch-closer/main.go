//go:build go1.25

// Workers started with wg.Go send their findings, one more goroutine waits for them and closes. The reader leaves at
// the first bad row: workers stay in their send, the closer in its wait.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type finding struct {
	row int
	bad bool
}

type importer struct{ rows int }

func (im importer) run(bad bool) (int, bool) {
	out := make(chan finding)
	var wg sync.WaitGroup
	for part := range 3 {
		wg.Go(func() { im.check(part, bad, out) })
	}
	go finish(&wg, out)
	n := 0
	for f := range out {
		if f.bad {
			return n, false
		}
		n++
	}
	return n, true
}

func (im importer) check(part int, bad bool, out chan<- finding) {
	for row := part; row < im.rows; row += 3 {
		time.Sleep(200 * time.Microsecond)
		out <- finding{row, bad && row == 4}
	}
}

func finish(wg *sync.WaitGroup, out chan finding) {
	wg.Wait()
	close(out)
}

func main() {
	svc := serve.New("batch-closer")
	im := importer{rows: 30}
	svc.HandleFunc("/import", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, fmt.Sprint(im.run(r.URL.Query().Has("bad"))))
	})
	svc.Traffic("/import?n=%d", svc.Rate(15, 50))
	svc.Traffic("/import?bad&n=%d", svc.Rate(0.3, 2))
	svc.Run()
}
