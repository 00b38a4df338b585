// Package traffic is the service's own customers: a steady stream of entries over kept-alive connections.
package traffic

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

const (
	clients   = 32
	bodyBytes = 24 << 10
)

// Generate sends entries for ever.
func Generate(base string, perSecond float64) {
	if perSecond <= 0 {
		return
	}
	turns := make(chan struct{}, clients)
	for arrived := 0; arrived < clients; arrived++ {
		go client(base+"/entries", turns)
	}
	for range time.Tick(time.Duration(float64(time.Second) / perSecond)) {
		select {
		case turns <- struct{}{}:
		default: // every client is busy: this one entry is dropped
		}
	}
}

func client(url string, turns <-chan struct{}) {
	transport := &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: 5 * time.Minute}
	caller := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	body := bytes.Repeat([]byte("entry "), bodyBytes/6)
	for range turns {
		response, err := caller.Post(url, "application/octet-stream", bytes.NewReader(body))
		if err != nil {
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}
