// Allocates a fresh buffer for every frame it copies instead of reusing one.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type copier struct{ copied int }

func (c *copier) frame() {
	buffer := make([]byte, 512<<10)
	for i := 0; i < len(buffer); i += 4096 {
		buffer[i] = byte(i)
	}
	header := make([]*[64]byte, 0, 200)
	for i := 0; i < 200; i++ {
		header = append(header, new([64]byte))
	}
	c.copied += len(buffer) + len(header)
}

func (c *copier) run(framesPerTick int) {
	for range time.Tick(20 * time.Millisecond) {
		for i := 0; i < framesPerTick; i++ {
			c.frame()
		}
	}
}

func main() {
	svc := serve.New("churn-buffers")
	svc.Go(func() { (&copier{}).run(svc.Size(6, 14)) })
	svc.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "copying") })
	svc.Traffic("/status", svc.Rate(10, 40))
	svc.Run()
}
