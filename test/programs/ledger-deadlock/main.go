// Posters lock the ledger and then the journal, auditors the journal and then the ledger: a fixed set
// of workers comes to a stop, everything else goes on.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type books struct {
	ledger  sync.Mutex
	journal sync.Mutex
	posted  int
	audited int
}

func (b *books) post() {
	b.ledger.Lock()
	defer b.ledger.Unlock()
	time.Sleep(2 * time.Millisecond)
	b.journal.Lock()
	defer b.journal.Unlock()
	b.posted++
}

func (b *books) audit() {
	b.journal.Lock()
	defer b.journal.Unlock()
	time.Sleep(2 * time.Millisecond)
	b.ledger.Lock()
	defer b.ledger.Unlock()
	b.audited++
}

func (b *books) poster() {
	for {
		b.post()
		time.Sleep(time.Millisecond)
	}
}

func (b *books) auditor() {
	for {
		b.audit()
		time.Sleep(time.Millisecond)
	}
}

func open(workers int) *books {
	b := &books{}
	for i := 0; i < workers; i++ {
		go b.poster()
		go b.auditor()
	}
	return b
}

func main() {
	svc := serve.New("ledger-deadlock")
	svc.Go(func() { open(svc.Size(6, 40)) })
	svc.HandleFunc("/balance", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, 0) })
	svc.Traffic("/balance", svc.Rate(10, 50))
	svc.Run()
}
