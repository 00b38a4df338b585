// Transfers between accounts lock the payer first and the payee second: opposite transfers meet.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type account struct {
	mu    sync.Mutex
	cents int
}

func (a *account) pay(b *account, cents int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	time.Sleep(4 * time.Millisecond) // look up the tariff
	b.receive(cents)
	a.cents -= cents
}

func (a *account) receive(cents int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cents += cents
}

func main() {
	svc := serve.New("lock-order")
	rent, wages := &account{}, &account{}
	svc.HandleFunc("/rent", func(w http.ResponseWriter, r *http.Request) {
		wages.pay(rent, 100)
		fmt.Fprintln(w, "paid")
	})
	svc.HandleFunc("/wages", func(w http.ResponseWriter, r *http.Request) {
		rent.pay(wages, 100)
		fmt.Fprintln(w, "paid")
	})
	svc.Go(func() { // pay day
		time.Sleep(1500 * time.Millisecond)
		go wages.pay(rent, 1)
		rent.pay(wages, 1)
	})
	svc.Traffic("/rent", svc.Rate(1.2, 6))
	svc.Traffic("/wages", svc.Rate(1.2, 6))
	svc.Run()
}
