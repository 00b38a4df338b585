// Watches each job for shutdown through the server's own context, which ends only with the process.
package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type job struct{ stopped bool }

func (j *job) watch(ctx context.Context) {
	<-ctx.Done()
	j.stopped = true
}

func submit(ctx context.Context) {
	j := &job{}
	go j.watch(ctx)
	time.Sleep(time.Millisecond)
}

func main() {
	svc := serve.New("server-context")
	process, stop := context.WithCancel(context.Background())
	svc.HandleFunc("/submit", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("own") {
			submit(r.Context())
		} else {
			submit(process)
		}
		fmt.Fprintln(w, "submitted")
	})
	svc.HandleFunc("/quit", func(w http.ResponseWriter, r *http.Request) { stop() })
	svc.Traffic("/submit?own", svc.Rate(10, 40))
	svc.Traffic("/submit", svc.Rate(1.5, 10))
	svc.Run()
}
