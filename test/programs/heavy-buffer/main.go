// Video uploads: every abandoned upload keeps a goroutine and its 64 KiB buffer.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type upload struct {
	chunks chan []byte
	buffer []byte
}

func begin() *upload {
	u := &upload{chunks: make(chan []byte), buffer: newBuffer()}
	go u.receive()
	return u
}

func newBuffer() []byte { return append(make([]byte, 0, 64<<10), make([]byte, 64<<10)...) }

func (u *upload) receive() {
	for chunk := range u.chunks {
		copy(u.buffer, chunk)
	}
	u.buffer = nil
}

func main() {
	svc := serve.New("heavy-buffer")
	svc.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		u := begin()
		u.chunks <- []byte("moov")
		if r.URL.Query().Has("abandoned") {
			return
		}
		close(u.chunks)
		fmt.Fprintln(w, "stored")
	})
	svc.Traffic("/upload", svc.Rate(4, 12))
	svc.Traffic("/upload?abandoned", svc.Rate(8, 25))
	svc.Run()
}
