// A generic queue per request; the ones for text are closed, the ones for numbers are forgotten.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"example.com/programs/generic-queue/queue"
	"example.com/programs/internal/serve"
)

var total atomic.Int64

func main() {
	svc := serve.New("generic-queue")
	svc.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) {
		q := queue.Consume(func(text string) { total.Add(int64(len(text))) })
		q.Put("a")
		q.Close()
		fmt.Fprintln(w, "ok")
	})
	svc.HandleFunc("/number", func(w http.ResponseWriter, r *http.Request) {
		q := queue.Consume(func(n int) { total.Add(int64(n)) })
		q.Put(1)
		fmt.Fprintln(w, "ok")
	})
	svc.Traffic("/text", svc.Rate(10, 50))
	svc.Traffic("/number", svc.Rate(1.2, 8))
	svc.Run()
}
