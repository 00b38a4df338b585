// A fresh rate limiter for every upload, each with a goroutine that refills it for ever.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
	"example.com/programs/token-bucket/bucket"
)

func main() {
	svc := serve.New("token-bucket")
	global := bucket.New(1000, 2*time.Millisecond)
	svc.HandleFunc("/api", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, global.Take()) })
	svc.HandleFunc("/upload", func(w http.ResponseWriter, _ *http.Request) {
		limit := bucket.New(4, 700*time.Millisecond)
		parts := 0
		for limit.Take() {
			time.Sleep(time.Millisecond)
			parts++
		}
		fmt.Fprintln(w, parts)
	})
	svc.Traffic("/api", svc.Rate(20, 80))
	svc.Traffic("/upload", svc.Rate(0.5, 4))
	svc.Run()
}
