// A connection pool that grows under bursts and closes idle connections afterwards.
package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

func database() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(120 * time.Millisecond)
		io.WriteString(w, "row")
	})
}

func query(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func burst(client *http.Client, url string, size int) {
	var all sync.WaitGroup
	for i := 0; i < size; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			query(client, url)
		}()
	}
	all.Wait()
}

func main() {
	svc := serve.New("connpool-breathing")
	url := svc.Upstream(database())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200, IdleConnTimeout: 5 * time.Second}}
	svc.Go(func() {
		for n := 0; ; n++ {
			burst(client, url, svc.Size(10, 40)*(1+n%4))
			time.Sleep(4 * time.Second)
		}
	})
	svc.HandleFunc("/row", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, query(client, url)) })
	svc.Traffic("/row", svc.Rate(3, 15))
	svc.Run()
}
