// Load for the services of the check's demonstration: orders at an even pace, until it is ended. What a machine that
// stood still kept from being sent is made up for: on a ticker alone it would be lost, and growth by the order would look
// as if it slowed down.
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
	between := time.Second / time.Duration(*perSecond)
	tick := time.NewTicker(between)
	startedAt := time.Now()
	for n := 0; ; {
		select {
		case <-ended:
			fmt.Println(n, "orders")
			return
		case <-tick.C:
			for due := int(time.Since(startedAt) / between); n < due; n++ {
				go send(client, fmt.Sprintf("%s/order?id=%s", url, strings.Repeat("x", n%8)))
			}
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
