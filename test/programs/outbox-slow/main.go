// An outbox without a limit: the mailer sends in order, but three letters come in for each two it sends.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type letter struct {
	to   string
	body []byte
}

type outbox struct {
	mu     sync.Mutex
	queued []*letter
}

//go:noinline
func compose(to string) *letter {
	return &letter{to: to, body: make([]byte, 30<<10)}
}

func (o *outbox) put(l *letter) {
	o.mu.Lock()
	o.queued = append(o.queued, l)
	o.mu.Unlock()
}

func (o *outbox) take() *letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queued) == 0 {
		return nil
	}
	l := o.queued[0]
	o.queued[0] = nil
	o.queued = o.queued[1:]
	return l
}

func main() {
	svc := serve.New("outbox-slow")
	o := &outbox{}
	sends := svc.Rate(27, 80)
	svc.Go(func() {
		for range time.Tick(time.Duration(float64(time.Second) / sends)) {
			if l := o.take(); l != nil {
				l.body[0]++
			}
		}
	})
	svc.HandleFunc("/letter", func(w http.ResponseWriter, r *http.Request) {
		o.put(compose(r.URL.Query().Get("to")))
		fmt.Fprintln(w, "queued")
	})
	svc.Traffic("/letter?to=%d", svc.Rate(40, 120))
	svc.Run()
}
