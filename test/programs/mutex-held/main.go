// Device reports: after one bad report the registry's lock is never free again, and handlers pile up.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
	"example.com/programs/mutex-held/registry"
)

func main() {
	svc := serve.New("mutex-held")
	devices := registry.New()
	svc.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.URL.Query().Get("device"), &n)
		if err := devices.Update(n, n); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	svc.Go(func() {
		time.Sleep(2 * time.Second)
		devices.Update(7, -1)
	})
	svc.Traffic("/report?device=%d", svc.Rate(4, 15))
	svc.Run()
}
