// Takes the first few results of a pipeline and walks away from the rest.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/pipeline-abandoned/stages"
)

func firstAbove(limit int) int {
	for n := range stages.Square(stages.Numbers(100)) {
		if n > limit {
			return n
		}
	}
	return -1
}

func main() {
	svc := serve.New("pipeline-abandoned")
	svc.HandleFunc("/above", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, firstAbove(500))
	})
	svc.HandleFunc("/all", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, firstAbove(1<<30))
	})
	svc.Traffic("/above", svc.Rate(1, 6))
	svc.Traffic("/all", svc.Rate(8, 30))
	svc.Run()
}
