// Walks a tree with a bounded group; below the second level a walker adds to the group it occupies a place of. A wide
// tree fills all places with walkers that wait for a place.
package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/group-nested/group"
	"example.com/programs/internal/serve"
)

type tree struct{ width, depth int }

func (t tree) walk(g *group.Group, seen *atomic.Int64, level int) error {
	time.Sleep(time.Millisecond)
	seen.Add(1)
	if level == t.depth {
		return nil
	}
	for i := 0; i < t.width; i++ {
		g.Go(func() error { return t.walk(g, seen, level+1) })
	}
	return nil
}

func count(t tree) (int64, error) {
	var seen atomic.Int64
	g := group.WithLimit(4)
	g.Go(func() error { return t.walk(g, &seen, 1) })
	err := g.Wait()
	return seen.Load(), err
}

func main() {
	svc := serve.New("group-nested")
	svc.HandleFunc("/flat", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, fmt.Sprint(count(tree{3, 2}))) })
	svc.HandleFunc("/wide", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, fmt.Sprint(count(tree{6, 3}))) })
	svc.Traffic("/flat", svc.Rate(15, 50))
	svc.Traffic("/wide", svc.Rate(0.4, 1.6))
	svc.Run()
}
