// Keeps a session fresh with a ticker loop that nothing stops at logout.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

type session struct {
	user      string
	refreshed atomic.Int64
}

func login(user string) *session {
	s := &session{user: user}
	go s.refresh(2 * time.Second)
	return s
}

func (s *session) refresh(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for range ticker.C {
		s.refreshed.Add(1)
	}
}

func main() {
	svc := serve.New("ticker-session")
	svc.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, login(r.URL.Query().Get("user")).user)
	})
	svc.Traffic("/login?user=u%d", svc.Rate(2, 12))
	svc.Run()
}
