// Payments are scored in the background; one in twenty is declined before the score is read. The
// healthy ones wait in the very same line for most of a second.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/one-in-twenty/fraud"
)

func main() {
	svc := serve.New("one-in-twenty")
	svc.HandleFunc("/pay", func(w http.ResponseWriter, r *http.Request) {
		var payment int
		fmt.Sscan(r.URL.Query().Get("n"), &payment)
		check := fraud.Start(payment)
		if payment%20 == 11 {
			http.Error(w, "declined", http.StatusPaymentRequired)
			return
		}
		fmt.Fprintln(w, check.Score())
	})
	svc.Traffic("/pay?n=%d", svc.Rate(16, 55))
	svc.Run()
}
