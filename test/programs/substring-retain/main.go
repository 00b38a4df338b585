// Keeps a short token cut out of every log page, and with it the whole page.
package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"example.com/programs/internal/serve"
)

type tokens struct {
	mu   sync.Mutex
	seen []string
}

func (t *tokens) scan(page string) {
	at := strings.Index(page, "id=")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = append(t.seen, page[at:at+12])
}

func readPage(n int) string {
	var page strings.Builder
	page.Grow(40 << 10)
	fmt.Fprintf(&page, "id=%09d ", n)
	for page.Len() < 39<<10 {
		page.WriteString("lorem ipsum dolor sit amet ")
	}
	return page.String()
}

func main() {
	svc := serve.New("substring-retain")
	t := &tokens{}
	svc.HandleFunc("/ingest", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		t.scan(readPage(n))
		fmt.Fprintln(w, "ok")
	})
	svc.Traffic("/ingest?n=%d", svc.Rate(40, 90))
	svc.Run()
}
