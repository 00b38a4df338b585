// A metrics writer is restarted at every change of settings; the old ones run on.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/batcher-respawn/batch"
	"example.com/programs/internal/serve"
)

type metrics struct {
	mu     sync.Mutex
	writer *batch.Writer
}

func (m *metrics) reload() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writer = batch.Restart(5 * time.Second)
}

func (m *metrics) add(point int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writer.Add(point)
}

func main() {
	svc := serve.New("batcher-respawn")
	m := &metrics{}
	m.reload()
	svc.HandleFunc("/settings", func(w http.ResponseWriter, r *http.Request) {
		m.reload()
		fmt.Fprintln(w, "reloaded")
	})
	svc.HandleFunc("/point", func(w http.ResponseWriter, r *http.Request) {
		m.add(1)
		fmt.Fprintln(w, "ok")
	})
	svc.Traffic("/settings", svc.Rate(0.8, 4))
	svc.Traffic("/point", svc.Rate(15, 70))
	svc.Run()
}
