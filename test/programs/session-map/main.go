// Sessions are stored at login and never removed at logout.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type session struct {
	user string
	cart []byte
}

type sessions struct {
	mu   sync.Mutex
	byID map[int]*session
}

func (s *sessions) create(id int) *session {
	created := &session{user: fmt.Sprint("user-", id), cart: newCart()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id] = created
	return created
}

func newCart() []byte { return append([]byte(nil), make([]byte, 48<<10)...) }

func main() {
	svc := serve.New("session-map")
	store := &sessions{byID: map[int]*session{}}
	svc.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		var id int
		fmt.Sscan(r.URL.Query().Get("id"), &id)
		fmt.Fprintln(w, store.create(id).user)
	})
	svc.Traffic("/login?id=%d", svc.Rate(30, 70))
	svc.Run()
}
