// Checks stock at a warehouse and, on a status it dislikes, returns before closing the body.
package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

func warehouse() http.Handler {
	var asked atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%10 == 0 {
			w.WriteHeader(http.StatusConflict)
		}
		io.WriteString(w, strings.Repeat("stock level unknown; ", 600))
	})
}

func inStock(client *http.Client, url string) (bool, error) {
	response, err := client.Get(url)
	if err != nil {
		return false, err
	}
	if response.StatusCode != http.StatusOK {
		return false, errors.New(response.Status)
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil, err
}

func main() {
	svc := serve.New("body-unclosed")
	url := svc.Upstream(warehouse())
	client := &http.Client{Transport: &http.Transport{IdleConnTimeout: 90 * time.Second}}
	svc.HandleFunc("/stock", func(w http.ResponseWriter, r *http.Request) {
		ok, err := inStock(client, url)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, ok)
	})
	svc.Traffic("/stock", svc.Rate(10, 60))
	svc.Run()
}
