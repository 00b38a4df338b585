// Workers that recurse deeply and come back, over and over.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type solver struct{ moves chan int }

func (s *solver) solve(depth int) int {
	var board [64]byte
	board[depth%64] = byte(depth)
	if depth == 0 {
		return <-s.moves
	}
	return s.solve(depth-1) + int(board[depth%64])
}

func (s *solver) run() {
	for {
		s.solve(80)
	}
}

func main() {
	svc := serve.New("deep-recursion")
	s := &solver{moves: make(chan int)}
	svc.Go(func() {
		for i := 0; i < svc.Size(20, 150); i++ {
			go s.run()
		}
		for n := 0; ; n++ {
			s.moves <- n
			time.Sleep(30 * time.Millisecond)
		}
	})
	svc.HandleFunc("/moves", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "e4") })
	svc.Traffic("/moves", svc.Rate(8, 40))
	svc.Run()
}
