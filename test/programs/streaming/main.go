// Video segments are streamed for half a minute each to a constant audience.
package main

import (
	"io"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func viewer(client *http.Client, url string) {
	for {
		response, err := client.Get(url + "/stream")
		if err != nil {
			time.Sleep(time.Second)
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func main() {
	svc := serve.New("streaming")
	viewers := svc.Size(20, 120)
	segment := make([]byte, 2<<10)
	svc.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 60; i++ {
			if _, err := w.Write(segment); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(500 * time.Millisecond)
		}
	})
	svc.Go(func() {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: viewers}}
		for i := 0; i < viewers; i++ {
			go viewer(client, svc.URL())
			time.Sleep(10 * time.Millisecond)
		}
	})
	svc.Run()
}
