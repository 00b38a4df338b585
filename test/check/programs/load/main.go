// Load for the services of the check's demonstration: orders at an even pace, until it is ended.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	perSecond := flag.Int("rate", 60, "orders a second")
	flag.Parse()
	url := flag.Arg(0)
	if url == "" {
		log.Fatal("usage: load [-rate 60] URL")
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	tick := time.NewTicker(time.Second / time.Duration(*perSecond))
	for n := 0; ; n++ {
		select {
		case <-ended:
			fmt.Println(n, "orders")
			return
		case <-tick.C:
			go send(client, fmt.Sprintf("%s/order?id=%s", url, strings.Repeat("x", n%8)))
		}
	}
}

func send(client *http.Client, url string) {
	response, err := client.Get(url)
	if err != nil {
		return
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}
