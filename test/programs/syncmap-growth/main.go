// Deduplicates messages in a sync.Map that remembers every message for ever.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"example.com/programs/internal/serve"
)

type message struct {
	id   int64
	body [900]byte
}

type dedupe struct {
	seen sync.Map
	next atomic.Int64
}

func (d *dedupe) accept() bool {
	m := decode(d.next.Add(1))
	_, known := d.seen.LoadOrStore(m.id, m)
	return !known
}

func decode(id int64) *message { return &message{id: id, body: [900]byte{1}} }

func main() {
	svc := serve.New("syncmap-growth")
	d := &dedupe{}
	svc.HandleFunc("/consume", func(w http.ResponseWriter, r *http.Request) {
		fresh := 0
		for i := 0; i < 100; i++ {
			if d.accept() {
				fresh++
			}
		}
		fmt.Fprintln(w, fresh)
	})
	svc.Traffic("/consume", svc.Rate(15, 45))
	svc.Run()
}
