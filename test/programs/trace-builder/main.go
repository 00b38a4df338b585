// A debugging trace in one strings.Builder that somebody left switched on.
package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"example.com/programs/internal/serve"
)

type trace struct {
	sync.Mutex
	text strings.Builder
}

//go:noinline
func (t *trace) note(r *http.Request) {
	t.Lock()
	defer t.Unlock()
	for i := 0; i < 120; i++ {
		fmt.Fprintf(&t.text, "%s %s step=%d state=%s\n", r.Method, r.URL, i, strings.Repeat("ready,", 30))
	}
}

func main() {
	svc := serve.New("trace-builder")
	var t trace
	svc.HandleFunc("/do", func(w http.ResponseWriter, r *http.Request) {
		t.note(r)
		fmt.Fprintln(w, "done")
	})
	svc.Traffic("/do?n=%d", svc.Rate(25, 60))
	svc.Run()
}
