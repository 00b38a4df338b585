// Every booking registers what would undo it; the hooks of bookings that went well are never dropped, and each closure
// keeps its page of the old state.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type hotel struct {
	mu    sync.Mutex
	undo  []func()
	rooms [512]int
}

func (h *hotel) remember(room int) {
	before := h.page(room)
	h.undo = append(h.undo, func() { h.restore(before) })
}

//go:noinline
func (h *hotel) page(room int) []byte {
	page := make([]byte, 24<<10)
	for i := range page {
		page[i] = byte(room + i)
	}
	return page
}

func (h *hotel) restore(page []byte) { h.rooms[0] = int(page[0]) }

func (h *hotel) book(room int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remember(room)
	h.rooms[room%len(h.rooms)]++
}

func main() {
	svc := serve.New("rollback-hooks")
	h := &hotel{}
	svc.HandleFunc("/book", func(w http.ResponseWriter, r *http.Request) {
		var room int
		fmt.Sscan(r.URL.Query().Get("room"), &room)
		h.book(room)
		fmt.Fprintln(w, "booked")
	})
	svc.Traffic("/book?room=%d", svc.Rate(20, 70))
	svc.Run()
}
