// 240 cron jobs, whose start is spread over the first eight seconds so that they do not run at once; most then sleep
// for a minute or more. Healthy.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type job struct {
	period time.Duration
	runs   atomic.Int64
}

func (j *job) loop() {
	for {
		j.runs.Add(1)
		time.Sleep(j.period)
	}
}

func main() {
	svc := serve.New("cron-stagger")
	jobs := make([]*job, 240)
	svc.Go(func() {
		for i := range jobs {
			jobs[i] = &job{period: time.Duration(1+i%120) * time.Second}
			go jobs[i].loop()
			time.Sleep(33 * time.Millisecond)
		}
	})
	svc.HandleFunc("/jobs", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, len(jobs)) })
	svc.Traffic("/jobs", svc.Rate(15, 60))
	svc.Run()
}
