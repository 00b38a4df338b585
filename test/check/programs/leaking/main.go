// Prices orders in a goroutine of their own, and forgets those that take too long: nobody receives their answer.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/orders/ground"
)

func price(id string, answer chan<- string) {
	if len(id)%4 == 1 {
		time.Sleep(30 * time.Millisecond)
	}
	answer <- "priced " + id
}

func main() {
	http.HandleFunc("/order", func(w http.ResponseWriter, r *http.Request) {
		answer := make(chan string)
		go price(r.URL.Query().Get("id"), answer)
		select {
		case text := <-answer:
			fmt.Fprintln(w, text)
		case <-time.After(20 * time.Millisecond):
			http.Error(w, "too slow", http.StatusGatewayTimeout)
		}
	})
	ground.Serve()
}
