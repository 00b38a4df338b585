// Allocates at a steady rate over a steady live heap: collections are frequent and uneventful.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

func main() {
	svc := serve.New("gc-steady")
	catalogue := make([][]byte, 0, 1200)
	for i := 0; i < 1200; i++ {
		catalogue = append(catalogue, make([]byte, 20<<10))
	}
	svc.HandleFunc("/render", func(w http.ResponseWriter, r *http.Request) {
		page := make([][]byte, 0, 50)
		for i := 0; i < 50; i++ {
			page = append(page, append([]byte(nil), catalogue[i*7%len(catalogue)][:6<<10]...))
		}
		fmt.Fprintln(w, len(page))
	})
	svc.Traffic("/render", svc.Rate(30, 90))
	svc.Run()
}
