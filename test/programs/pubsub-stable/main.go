// A broker with a stable set of subscribers, each with a goroutine that receives now and then.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type subscriber struct {
	messages chan string
	seen     int
}

func (s *subscriber) listen() {
	for range s.messages {
		s.seen++
	}
}

type broker struct {
	mu          sync.Mutex
	subscribers []*subscriber
}

func (b *broker) subscribe() {
	s := &subscriber{messages: make(chan string, 4)}
	b.mu.Lock()
	b.subscribers = append(b.subscribers, s)
	b.mu.Unlock()
	go s.listen()
}

func (b *broker) publish(message string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subscribers {
		select {
		case s.messages <- message:
		default:
		}
	}
}

func main() {
	svc := serve.New("pubsub-stable")
	b := &broker{}
	svc.Go(func() {
		for i := 0; i < svc.Size(35, 220); i++ {
			b.subscribe()
		}
		for range time.Tick(11 * time.Second) {
			b.publish("rare news")
		}
	})
	svc.HandleFunc("/publish", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	svc.Traffic("/publish", svc.Rate(10, 50))
	svc.Run()
}
