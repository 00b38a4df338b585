// Thousands of actors wait for messages that come rarely.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type actor struct {
	inbox chan int
	stop  chan struct{}
	state int
}

func (a *actor) live() {
	for {
		select {
		case message := <-a.inbox:
			a.state += message
		case <-a.stop:
			return
		}
	}
}

func main() {
	svc := serve.New("idle-crowd")
	actors := make([]*actor, svc.Size(3000, 6000))
	svc.Go(func() {
		for i := range actors {
			actors[i] = &actor{inbox: make(chan int), stop: make(chan struct{})}
			go actors[i].live()
		}
		for n := 0; ; n++ {
			actors[n*37%len(actors)].inbox <- 1
			time.Sleep(20 * time.Millisecond)
		}
	})
	svc.HandleFunc("/actors", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, len(actors)) })
	svc.Traffic("/actors", svc.Rate(8, 40))
	svc.Run()
}
