// Keeps the first bytes of every upload for type detection, and the upload's buffer with them.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type detector struct {
	mu    sync.Mutex
	heads [][]byte
}

func (d *detector) keep(body []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heads = append(d.heads, body[:8])
}

func receive(kind byte) []byte {
	body := make([]byte, 128<<10)
	body[0] = kind
	return body
}

// decode makes a picture of the upload; nobody keeps it.
func decode(body []byte) int {
	pixels := make([]byte, 4*len(body))
	return copy(pixels, body)
}

func main() {
	svc := serve.New("prefix-retain")
	d := &detector{}
	svc.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		body := receive('G')
		d.keep(body)
		fmt.Fprintln(w, decode(body))
	})
	svc.Traffic("/upload", svc.Rate(10, 40))
	svc.Run()
}
