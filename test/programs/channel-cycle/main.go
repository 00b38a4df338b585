// Two groups of workers hand work to each other; when both inboxes are full everyone sends and
// nobody receives.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type parcel struct{ hops int }

type depot struct {
	inbox chan parcel
	next  *depot
}

func (d *depot) sort() {
	for p := range d.inbox {
		d.forward(parcel{hops: p.hops + 1})
		if p.hops%3 == 0 {
			d.forward(parcel{hops: p.hops + 2}) // split
		}
	}
}

func (d *depot) forward(p parcel) { d.next.inbox <- p }

func open(workers int) {
	north := &depot{inbox: make(chan parcel, 20)}
	south := &depot{inbox: make(chan parcel, 20), next: north}
	north.next = south
	for i := 0; i < workers; i++ {
		go north.sort()
		go south.sort()
	}
	for i := 0; i < 20; i++ {
		north.inbox <- parcel{hops: i}
	}
}

func main() {
	svc := serve.New("channel-cycle")
	svc.Go(func() { open(svc.Size(8, 60)) })
	svc.HandleFunc("/track", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "on its way") })
	svc.Traffic("/track", svc.Rate(10, 60))
	svc.Run()
}
