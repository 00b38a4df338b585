// Large uploads begin faster than they end in the first minutes; uploads_active counts them.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/upload-growing/transfer"
)

func main() {
	svc := serve.New("upload-growing")
	desk := &transfer.Desk{Active: svc.Gauge("uploads_active")}
	svc.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		desk.Begin(240)
		fmt.Fprintln(w, "receiving")
	})
	svc.HandleFunc("/files", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "[]") })
	svc.Traffic("/upload", svc.Rate(1.5, 7))
	svc.Traffic("/files", svc.Rate(10, 40))
	svc.Run()
}
