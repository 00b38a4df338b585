// Queries that find no rows keep their connection; when the pool is empty, background jobs queue up.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
	"example.com/programs/pool-conn-lost/pool"
)

type store struct{ pool *pool.Pool }

func (s *store) find(id int) bool {
	conn := s.pool.Acquire()
	time.Sleep(time.Millisecond)
	if id%6 == 0 {
		return false
	}
	s.pool.Release(conn)
	return true
}

func (s *store) refresh(id int) { s.find(id) }

func main() {
	svc := serve.New("pool-conn-lost")
	s := &store{pool: pool.Open(10)}
	svc.HandleFunc("/refresh", func(w http.ResponseWriter, r *http.Request) {
		var id int
		fmt.Sscan(r.URL.Query().Get("id"), &id)
		go s.refresh(id)
		fmt.Fprintln(w, "queued")
	})
	svc.Traffic("/refresh?id=%d", svc.Rate(25, 45))
	svc.Run()
}
