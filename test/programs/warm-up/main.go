// Warms up for several seconds: shards open one after the other, each with its goroutines and memory.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type shard struct {
	mu     sync.Mutex
	rows   [][]byte
	writes chan []byte
}

func (s *shard) compact() {
	for range time.Tick(3 * time.Second) {
		s.mu.Lock()
		s.rows = append([][]byte(nil), s.rows...)
		s.mu.Unlock()
	}
}

func (s *shard) apply() {
	for row := range s.writes {
		s.mu.Lock()
		s.rows[0] = row
		s.mu.Unlock()
	}
}

func openShard() *shard {
	s := &shard{writes: make(chan []byte)}
	for i := 0; i < 40; i++ {
		s.rows = append(s.rows, make([]byte, 16<<10))
	}
	go s.compact()
	go s.apply()
	return s
}

func main() {
	svc := serve.New("warm-up")
	var mu sync.Mutex
	var shards []*shard
	svc.Go(func() {
		for i := 0; i < svc.Size(24, 64); i++ {
			s := openShard()
			mu.Lock()
			shards = append(shards, s)
			mu.Unlock()
			time.Sleep(8 * time.Second / time.Duration(svc.Size(24, 64)))
		}
	})
	svc.HandleFunc("/put", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		s := shards[len(shards)/2]
		mu.Unlock()
		s.writes <- make([]byte, 16<<10)
		fmt.Fprintln(w, "ok")
	})
	svc.TrafficAt("/put", func() float64 {
		mu.Lock()
		defer mu.Unlock()
		if len(shards) == 0 {
			return 0
		}
		return svc.Rate(8, 40)
	})
	svc.Run()
}
