// An API client that keeps a warm set of idle connections to its upstream.
package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

func upstream() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(200 * time.Millisecond)
		io.WriteString(w, "ok")
	})
}

func warm(client *http.Client, url string, connections int) {
	var all sync.WaitGroup
	for i := 0; i < connections; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			ping(client, url)
		}()
	}
	all.Wait()
}

func ping(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func main() {
	svc := serve.New("keepalive-idle")
	url := svc.Upstream(upstream())
	size := svc.Size(40, 150)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: size}}
	svc.Go(func() {
		for {
			warm(client, url, size)
			time.Sleep(30 * time.Second)
		}
	})
	svc.HandleFunc("/ping", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, ping(client, url)) })
	svc.Traffic("/ping", svc.Rate(5, 20))
	svc.Run()
}
