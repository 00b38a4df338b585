// A batch every five seconds starts hundreds of goroutines that are gone within three and a half.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type batch struct{ rows sync.WaitGroup }

func (b *batch) run(size int) {
	for row := 0; row < size; row++ {
		b.rows.Add(1)
		go b.process(row)
	}
	b.rows.Wait()
}

func (b *batch) process(row int) {
	defer b.rows.Done()
	time.Sleep(time.Duration(400+row%2900) * time.Millisecond)
}

func main() {
	svc := serve.New("batch-spikes")
	svc.Go(func() {
		for n := 0; ; n++ {
			(&batch{}).run(svc.Size(120, 700) + n*5%60)
			time.Sleep(1700 * time.Millisecond)
		}
	})
	svc.HandleFunc("/batches", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "running") })
	svc.Traffic("/batches", svc.Rate(8, 40))
	svc.Run()
}
