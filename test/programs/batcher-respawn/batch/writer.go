// Package batch collects points and writes them now and then.
package batch

import "time"

// Writer flushes points every few seconds.
type Writer struct {
	points chan int
	stop   chan struct{}
	buffer []int
}

// Restart is meant to replace the running writer; it only starts another one.
func Restart(every time.Duration) *Writer {
	w := &Writer{points: make(chan int), stop: make(chan struct{})}
	go w.run(every)
	return w
}

func (w *Writer) run(every time.Duration) {
	flush := time.NewTicker(every)
	defer flush.Stop()
	for {
		select {
		case point := <-w.points:
			w.buffer = append(w.buffer, point)
		case <-flush.C:
			w.buffer = w.buffer[:0]
		case <-w.stop:
			return
		}
	}
}

// Add hands over one point.
func (w *Writer) Add(point int) { w.points <- point }
