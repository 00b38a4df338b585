// Thirty cameras hand frames to one slow encoder over a short queue, and wait their turn for a second or two: back
// pressure as intended. Healthy.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type frame struct {
	camera int
	pixels []byte
}

type camera int

func (c camera) film(to chan<- frame) {
	for {
		time.Sleep(20 * time.Millisecond)
		to <- frame{camera: int(c), pixels: make([]byte, 2<<10)}
	}
}

func main() {
	svc := serve.New("backpressure")
	frames := make(chan frame, 4)
	var encoded atomic.Int64
	svc.Go(func() {
		for i := 0; i < svc.Size(12, 40); i++ {
			go camera(i).film(frames)
		}
		for f := range frames {
			time.Sleep(time.Duration(svc.Rate(70, 40)) * time.Millisecond)
			encoded.Add(int64(len(f.pixels)))
		}
	})
	svc.HandleFunc("/encoded", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, encoded.Load()) })
	svc.Traffic("/encoded", svc.Rate(15, 50))
	svc.Run()
}
