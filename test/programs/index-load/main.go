// Loads an index of 80 MB in the first twenty seconds, and keeps it. Healthy.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type shard struct{ postings map[int][]byte }

type index struct {
	sync.RWMutex
	shards []*shard
}

func readShard(n int) *shard {
	s := &shard{postings: map[int][]byte{}}
	for i := 0; i < 256; i++ {
		s.postings[n*256+i] = make([]byte, 4<<10)
	}
	return s
}

func (x *index) load() {
	for n := 0; n < 80; n++ {
		s := readShard(n)
		x.Lock()
		x.shards = append(x.shards, s)
		x.Unlock()
		time.Sleep(240 * time.Millisecond)
	}
}

func main() {
	svc := serve.New("index-load")
	x := &index{}
	svc.Go(x.load)
	svc.HandleFunc("/search", func(w http.ResponseWriter, _ *http.Request) {
		x.RLock()
		defer x.RUnlock()
		hits := make([]byte, 32<<10)
		fmt.Fprintln(w, len(x.shards), len(hits))
	})
	svc.Traffic("/search", svc.Rate(20, 80))
	svc.Run()
}
