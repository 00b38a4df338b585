// An allocator of its own takes anonymous memory from the system for each picture and never gives it back.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"syscall"

	"example.com/programs/internal/serve"
)

type arena struct {
	mu     sync.Mutex
	chunks [][]byte
}

func (a *arena) take(size int) ([]byte, error) {
	chunk, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	a.chunks = append(a.chunks, chunk)
	a.mu.Unlock()
	return chunk, nil
}

func main() {
	svc := serve.New("arena-anon")
	svc.Metrics()
	a := &arena{}
	svc.HandleFunc("/picture", func(w http.ResponseWriter, _ *http.Request) {
		pixels, err := a.take(512 << 10)
		for i := range pixels {
			pixels[i] = byte(i)
		}
		fmt.Fprintln(w, len(pixels), err)
	})
	svc.Traffic("/picture", svc.Rate(4, 12))
	svc.Run()
}
