// Every 22 seconds a batch of 300 invoices, a goroutine each, six of them at a time; done after some fifteen seconds.
// Healthy.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type printer struct{ slots chan struct{} }

func (p *printer) print(invoice int, done *sync.WaitGroup) {
	defer done.Done()
	p.slots <- struct{}{}
	time.Sleep(250*time.Millisecond + time.Duration(invoice%90)*time.Millisecond)
	<-p.slots
}

func (p *printer) batch(invoices int) {
	var all sync.WaitGroup
	for i := 0; i < invoices; i++ {
		all.Add(1)
		go p.print(i, &all)
	}
	all.Wait()
}

func main() {
	svc := serve.New("nightly-batch")
	p := &printer{slots: make(chan struct{}, 6)}
	svc.Go(func() {
		for {
			began := time.Now()
			p.batch(svc.Size(150, 300))
			time.Sleep(time.Until(began.Add(22 * time.Second)))
		}
	})
	svc.HandleFunc("/queue", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, len(p.slots)) })
	svc.Traffic("/queue", svc.Rate(10, 30))
	svc.Run()
}
