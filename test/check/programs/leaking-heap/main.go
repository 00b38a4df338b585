// Prices orders and remembers every one of them, by an id that never comes again.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/orders/ground"
)

type memory struct {
	mu     sync.Mutex
	orders map[string][]byte
}

func (m *memory) remember(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.orders[fmt.Sprint(id, len(m.orders))] = make([]byte, 64<<10)
}

func main() {
	seen := &memory{orders: map[string][]byte{}}
	http.HandleFunc("/order", func(w http.ResponseWriter, r *http.Request) {
		seen.remember(r.URL.Query().Get("id"))
		fmt.Fprintln(w, "priced")
	})
	ground.Serve()
}
