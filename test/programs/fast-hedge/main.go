// Asks two replicas at once and takes the first answer; the slower one always finds nobody to give its own to.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func race[T any](attempts ...func() T) T {
	first := make(chan T)
	for i := range attempts {
		attempt := attempts[i]
		go func() { first <- attempt() }()
	}
	return <-first
}

type replica struct{ delay time.Duration }

func (r replica) read() string {
	time.Sleep(r.delay)
	return fmt.Sprint("after ", r.delay)
}

func main() {
	svc := serve.New("fast-hedge")
	near, far := replica{2 * time.Millisecond}, replica{30 * time.Millisecond}
	svc.HandleFunc("/read", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, race(near.read, far.read))
	})
	svc.Traffic("/read", svc.Rate(6, 20))
	svc.Run()
}
