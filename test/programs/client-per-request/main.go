// Builds a new http.Client with its own transport for every call; each keeps its idle connection.
package main

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

func geocoder() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"lat":52.5,"lon":13.4}`)
	})
}

func locate(url, city string) (string, error) {
	client := &http.Client{
		Timeout:   time.Second,
		Transport: &http.Transport{MaxIdleConns: 10},
	}
	response, err := client.Get(url + "/geo?city=" + city)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

func main() {
	svc := serve.New("client-per-request")
	url := svc.Upstream(geocoder())
	svc.HandleFunc("/city", func(w http.ResponseWriter, r *http.Request) {
		text, err := locate(url, "berlin")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, text)
	})
	svc.Traffic("/city", svc.Rate(2, 12))
	svc.Run()
}
