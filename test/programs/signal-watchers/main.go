// Each report job listens for an abort signal; when the job is over, nobody tells its listener.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/signal-watchers/jobs"
)

func main() {
	svc := serve.New("signal-watchers")
	svc.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	svc.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) {
		job := &jobs.Runner{Name: r.URL.Query().Get("name")}
		fmt.Fprintln(w, job.Name, job.Run(8))
	})
	svc.Traffic("/health", svc.Rate(30, 100))
	svc.Traffic("/report?name=r%d", svc.Rate(0.3, 1))
	svc.Run()
}
