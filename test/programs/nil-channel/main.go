// Subscriptions to a topic that does not exist get a nil channel and wait for it.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"example.com/programs/internal/serve"
)

var delivered atomic.Int64

type broker struct{ topics map[string]chan string }

func (b *broker) subscribe(topic string) {
	go b.deliver(b.topics[topic])
}

func (b *broker) deliver(messages <-chan string) {
	delivered.Add(int64(len(<-messages)))
}

func main() {
	svc := serve.New("nil-channel")
	ready := make(chan string)
	close(ready)
	b := &broker{topics: map[string]chan string{"orders": ready}}
	svc.HandleFunc("/subscribe", func(w http.ResponseWriter, r *http.Request) {
		b.subscribe(r.URL.Query().Get("topic"))
		fmt.Fprintln(w, "subscribed")
	})
	svc.Traffic("/subscribe?topic=orders", svc.Rate(10, 50))
	svc.Traffic("/subscribe?topic=returns", svc.Rate(1, 6))
	svc.Run()
}
