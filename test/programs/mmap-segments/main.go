// A store that maps a new segment for every batch of writes and never unmaps the old ones.
package main

import (
	"fmt"
	"log"
	"net/http"
	"syscall"
	"time"

	"example.com/programs/internal/serve"
)

const segmentSize = 1 << 20

type store struct{ segments [][]byte }

func (s *store) grow() {
	segment, err := syscall.Mmap(-1, 0, segmentSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		log.Fatal(err)
	}
	for at := 0; at < len(segment); at += 4096 {
		segment[at] = 1
	}
	s.segments = append(s.segments, segment)
}

func (s *store) write(perSecond float64) {
	for {
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
		s.grow()
	}
}

func main() {
	svc := serve.New("mmap-segments")
	svc.Metrics()
	s := &store{}
	svc.Go(func() { s.write(svc.Rate(3, 8)) })
	svc.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, len(s.segments)) })
	svc.Traffic("/get", svc.Rate(10, 50))
	svc.Run()
}
