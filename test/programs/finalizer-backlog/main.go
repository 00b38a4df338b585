// Textures free their memory in a finalizer that waits for a driver which never answers: the
// finalizer goroutine is stuck and every dead texture queues behind it.
package main

import (
	"fmt"
	"net/http"
	"runtime"

	"example.com/programs/internal/serve"
)

type driver struct{ acknowledged chan struct{} }

type texture struct {
	pixels [32 << 10]byte
	driver *driver
}

func (t *texture) release() { <-t.driver.acknowledged }

func newTexture(d *driver) *texture {
	t := &texture{driver: d}
	runtime.SetFinalizer(t, (*texture).release)
	return t
}

func main() {
	svc := serve.New("finalizer-backlog")
	d := &driver{acknowledged: make(chan struct{})}
	svc.HandleFunc("/draw", func(w http.ResponseWriter, r *http.Request) {
		t := newTexture(d)
		t.pixels[0] = 1
		fmt.Fprintln(w, len(t.pixels))
	})
	svc.Traffic("/draw", svc.Rate(50, 100))
	svc.Run()
}
