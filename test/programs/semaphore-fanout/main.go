// Fans out hundreds of lookups per batch through a semaphore of ten; all of them finish.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type lookups struct {
	permits chan struct{}
	all     sync.WaitGroup
}

func (l *lookups) one(id int) {
	defer l.all.Done()
	l.permits <- struct{}{}
	defer func() { <-l.permits }()
	time.Sleep(time.Duration(10+id%30) * time.Millisecond)
}

func run(count int) {
	l := &lookups{permits: make(chan struct{}, 10)}
	for id := 0; id < count; id++ {
		l.all.Add(1)
		go l.one(id)
	}
	l.all.Wait()
}

func main() {
	svc := serve.New("semaphore-fanout")
	svc.Go(func() {
		for {
			run(svc.Size(200, 900))
			time.Sleep(200 * time.Millisecond)
		}
	})
	svc.HandleFunc("/results", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "[]") })
	svc.Traffic("/results", svc.Rate(8, 40))
	svc.Run()
}
