// Every change is appended to an in-memory audit trail that nothing trims.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type entry struct {
	actor  string
	before [256]byte
	after  [256]byte
}

var trail struct {
	mu      sync.Mutex
	entries []*entry
}

func record(actor string) *entry {
	e := &entry{actor: actor}
	trail.mu.Lock()
	defer trail.mu.Unlock()
	trail.entries = append(trail.entries, e)
	return e
}

func main() {
	svc := serve.New("audit-slice")
	svc.HandleFunc("/bulk", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 200; i++ {
			record("import")
		}
		fmt.Fprintln(w, "200 rows changed")
	})
	svc.Traffic("/bulk", svc.Rate(12, 40))
	svc.Run()
}
