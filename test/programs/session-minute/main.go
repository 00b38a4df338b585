// A goroutine for each shopping session, which ends after 45 seconds without a click. Healthy: as many end as begin.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type session struct {
	clicks chan string
	basket []string
}

type shop struct{ open sync.Map }

func (s *session) attend(id string, over func(string)) {
	defer over(id)
	idle := time.NewTimer(45 * time.Second)
	for {
		select {
		case c := <-s.clicks:
			s.basket = append(s.basket, c)
			idle.Reset(45 * time.Second)
		case <-idle.C:
			return
		}
	}
}

func (sh *shop) close(id string) { sh.open.Delete(id) }

func main() {
	svc := serve.New("session-minute")
	sh := &shop{}
	svc.HandleFunc("/enter", func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		s := &session{clicks: make(chan string)}
		sh.open.Store(id, s)
		go s.attend(id, sh.close)
		s.clicks <- "home"
		fmt.Fprintln(w, "welcome")
	})
	svc.Traffic("/enter?id=%d", svc.Rate(2, 6))
	svc.Run()
}
