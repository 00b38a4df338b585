// Merges the answers of three mirrors and reads only the first.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

func merge(mirrors int) <-chan string {
	merged := make(chan string)
	var open sync.WaitGroup
	open.Add(mirrors)
	for i := 0; i < mirrors; i++ {
		go fetch(i, merged, &open)
	}
	go closeAfter(&open, merged)
	return merged
}

func fetch(mirror int, merged chan<- string, open *sync.WaitGroup) {
	defer open.Done()
	time.Sleep(time.Duration(mirror) * time.Millisecond)
	merged <- fmt.Sprint("mirror ", mirror)
}

func closeAfter(open *sync.WaitGroup, merged chan string) {
	open.Wait()
	close(merged)
}

func main() {
	svc := serve.New("fanin-undrained")
	svc.HandleFunc("/first", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, <-merge(3))
	})
	svc.HandleFunc("/all", func(w http.ResponseWriter, r *http.Request) {
		for answer := range merge(3) {
			fmt.Fprintln(w, answer)
		}
	})
	svc.Traffic("/first", svc.Rate(0.8, 5))
	svc.Traffic("/all", svc.Rate(10, 40))
	svc.Run()
}
