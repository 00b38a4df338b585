// Announces presence in a time.After loop per user; nothing ever closes the channel that ends it.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/time-after-loop/presence"
)

func main() {
	svc := serve.New("time-after-loop")
	svc.HandleFunc("/join", func(w http.ResponseWriter, r *http.Request) {
		presence.Track()
		fmt.Fprintln(w, "joined")
	})
	svc.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "all") })
	svc.Traffic("/join", svc.Rate(1.5, 8))
	svc.Traffic("/who", svc.Rate(20, 80))
	svc.Run()
}
