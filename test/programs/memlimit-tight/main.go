// Lives close below its memory limit: the collector runs all the time to stay there.
package main

import (
	"fmt"
	"net/http"
	"runtime/debug"

	"example.com/programs/internal/serve"
)

type node struct {
	left, right *node
	value       [4]int
}

func grow(depth int) *node {
	if depth == 0 {
		return nil
	}
	return &node{left: grow(depth - 1), right: grow(depth - 1), value: [4]int{depth}}
}

func main() {
	svc := serve.New("memlimit-tight")
	debug.SetMemoryLimit(41 << 20)
	var index *node
	svc.Go(func() { index = grow(19) })
	svc.HandleFunc("/query", func(w http.ResponseWriter, r *http.Request) {
		rows := make([][]byte, 0, 128)
		for i := 0; i < 128; i++ {
			rows = append(rows, make([]byte, 8<<10))
		}
		fmt.Fprintln(w, len(rows), index != nil)
	})
	svc.Traffic("/query", svc.Rate(60, 120))
	svc.Run()
}
