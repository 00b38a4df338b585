// Long polls: every client waits up to twenty seconds for news, then asks again at once.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func clients(target string, count int) {
	transport := &http.Transport{MaxIdleConnsPerHost: count}
	client := &http.Client{Transport: transport}
	for i := 0; i < count; i++ {
		go poll(client, target)
	}
}

func poll(client *http.Client, target string) {
	time.Sleep(time.Duration(rand.Intn(2000)) * time.Millisecond)
	for {
		response, err := client.Get(target + "/news")
		if err != nil {
			return
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func main() {
	svc := serve.New("long-poll")
	news := make(chan string)
	svc.HandleFunc("/news", func(w http.ResponseWriter, r *http.Request) {
		select {
		case item := <-news:
			fmt.Fprintln(w, item)
		case <-time.After(time.Duration(15+rand.Intn(6)) * time.Second):
			w.WriteHeader(http.StatusNoContent)
		case <-r.Context().Done():
		}
	})
	svc.Go(func() {
		for range time.Tick(time.Second) {
			select {
			case news <- "goal":
			default:
			}
		}
	})
	target := ""
	if !svc.InHelper() {
		target = svc.URL()
	}
	svc.Beside("clients", target, func(target string) { clients(target, svc.Size(40, 250)) })
	svc.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "page") })
	svc.Traffic("/page", svc.Rate(8, 40))
	svc.Run()
}
