// A pool that starts a worker when none is idle, up to forty, and sends idle ones home after eight seconds; the load
// comes in waves. Healthy.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type elastic struct {
	tasks chan func()
	count atomic.Int64
	most  int64
}

func (e *elastic) submit(task func()) {
	select {
	case e.tasks <- task:
		return
	default:
	}
	if e.count.Add(1) <= e.most {
		go e.worker(task)
		return
	}
	e.count.Add(-1)
	e.tasks <- task
}

func (e *elastic) worker(task func()) {
	defer e.count.Add(-1)
	for {
		task()
		select {
		case task = <-e.tasks:
		case <-time.After(8 * time.Second):
			return
		}
	}
}

func main() {
	svc := serve.New("pool-elastic")
	e := &elastic{tasks: make(chan func()), most: 40}
	began := time.Now()
	svc.Go(func() {
		for range time.Tick(10 * time.Millisecond) {
			wave := int(time.Since(began).Seconds())%25 + 1
			for i := 0; i < wave*svc.Size(1, 3)/8; i++ {
				e.submit(func() { time.Sleep(60 * time.Millisecond) })
			}
		}
	})
	svc.HandleFunc("/workers", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, e.count.Load()) })
	svc.Traffic("/workers", svc.Rate(10, 30))
	svc.Run()
}
