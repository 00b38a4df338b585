// Caches query results by a key that contains a timestamp: every query is new, nothing is evicted.
package main

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/programs/internal/serve"
	"example.com/programs/query-cache/querycache"
)

func runQuery(query string) []string {
	rows := make([]string, 0, 40)
	for i := 0; i < 40; i++ {
		rows = append(rows, strings.Repeat(query, 24))
	}
	return rows
}

func main() {
	svc := serve.New("query-cache")
	cache := querycache.New()
	svc.HandleFunc("/rows", func(w http.ResponseWriter, r *http.Request) {
		rows := cache.Get("select * from orders where at > "+r.URL.Query().Get("at"), runQuery)
		fmt.Fprintln(w, len(rows))
	})
	svc.Traffic("/rows?at=%d", svc.Rate(35, 80))
	svc.Run()
}
