// Push notifications: a client that leaves with a message under way strands its writer.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/socket-writer/hub"
)

func main() {
	svc := serve.New("socket-writer")
	svc.HandleFunc("/push", func(w http.ResponseWriter, r *http.Request) {
		client := hub.Connect()
		client.Push("news")
		if !r.URL.Query().Has("left") {
			fmt.Fprintln(w, client.Receive())
		}
		client.Close()
	})
	svc.Traffic("/push", svc.Rate(15, 60))
	svc.Traffic("/push?left", svc.Rate(1, 7))
	svc.Run()
}
