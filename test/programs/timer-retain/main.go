// Schedules an hour-long reminder per view; each timer holds the rendered page.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

var reminded atomic.Int64

func render(view int) []byte {
	page := make([]byte, 32<<10)
	copy(page, fmt.Sprint("view ", view))
	return page
}

func remind(page []byte) {
	time.AfterFunc(time.Hour, func() { reminded.Add(int64(len(page))) })
}

func main() {
	svc := serve.New("timer-retain")
	svc.HandleFunc("/view", func(w http.ResponseWriter, r *http.Request) {
		var view int
		fmt.Sscan(r.URL.Query().Get("n"), &view)
		page := render(view)
		remind(page)
		w.Write(page[:16])
	})
	svc.Traffic("/view?n=%d", svc.Rate(45, 95))
	svc.Run()
}
