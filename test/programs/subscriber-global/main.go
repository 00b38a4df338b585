// Live scores: every visitor subscribes, nobody unsubscribes; the list is a package variable.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type subscriber struct {
	scores chan int
	seen   int
}

var (
	subscribersMu sync.Mutex
	subscribers   []*subscriber
)

func subscribe() {
	s := &subscriber{scores: make(chan int, 4)}
	subscribersMu.Lock()
	subscribers = append(subscribers, s)
	subscribersMu.Unlock()
	go s.listen()
}

func (s *subscriber) listen() {
	for score := range s.scores {
		s.seen += score
	}
}

func publish() {
	for range time.Tick(4 * time.Second) {
		subscribersMu.Lock()
		for _, s := range subscribers {
			select {
			case s.scores <- 1:
			default:
			}
		}
		subscribersMu.Unlock()
	}
}

func main() {
	svc := serve.New("subscriber-global")
	svc.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {
		subscribe()
		fmt.Fprintln(w, "0:0")
	})
	svc.HandleFunc("/score", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "1:0") })
	svc.Go(publish)
	svc.Traffic("/live", svc.Rate(1.5, 9))
	svc.Traffic("/score", svc.Rate(20, 80))
	svc.Run()
}
