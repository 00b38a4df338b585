// Relays calls; a caller who loses the network never hangs up, and both directions stay.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
	"example.com/programs/relay-pair/relay"
)

func main() {
	svc := serve.New("relay-pair")
	svc.HandleFunc("/call", func(w http.ResponseWriter, r *http.Request) {
		call := relay.Dial()
		call.Say([]byte("hello"))
		if r.URL.Query().Has("lost") {
			return
		}
		time.Sleep(10 * time.Millisecond)
		call.HangUp()
		fmt.Fprintln(w, "ended")
	})
	svc.Traffic("/call", svc.Rate(10, 50))
	svc.Traffic("/call?lost", svc.Rate(1, 6))
	svc.Run()
}
