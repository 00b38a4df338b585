// A product search whose deadline passes before the answer: nobody receives it any more.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/timeout-unbuffered/catalog"
)

func main() {
	svc := serve.New("timeout-unbuffered")
	index := &catalog.Index{Slow: func(n int) bool { return n%9 == 4 }}
	svc.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("n"), &n)
		name, err := index.Find(n)
		if err != nil {
			http.Error(w, err.Error(), http.StatusGatewayTimeout)
			return
		}
		fmt.Fprintln(w, name)
	})
	svc.Traffic("/search?n=%d", svc.Rate(10, 50))
	svc.Run()
}
