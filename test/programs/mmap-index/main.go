// A search index in a shared file mapping that is extended segment by segment and stays mapped.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"syscall"
	"time"

	"example.com/programs/internal/serve"
)

const segmentSize = 512 << 10

type index struct {
	file     *os.File
	segments [][]byte
}

func create() *index {
	file, err := os.CreateTemp("", "index-")
	if err != nil {
		log.Fatal(err)
	}
	os.Remove(file.Name())
	return &index{file: file}
}

func (x *index) extend() {
	offset := int64(len(x.segments)) * segmentSize
	if err := x.file.Truncate(offset + segmentSize); err != nil {
		log.Fatal(err)
	}
	segment, err := syscall.Mmap(int(x.file.Fd()), offset, segmentSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		log.Fatal(err)
	}
	for at := 0; at < len(segment); at += 4096 {
		segment[at] = 1
	}
	x.segments = append(x.segments, segment)
}

func main() {
	svc := serve.New("mmap-index")
	svc.Metrics()
	svc.Go(func() {
		x := create()
		for {
			time.Sleep(time.Duration(float64(time.Second) / svc.Rate(5, 14)))
			x.extend()
		}
	})
	svc.HandleFunc("/search", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "no hits") })
	svc.Traffic("/search", svc.Rate(10, 50))
	svc.Run()
}
