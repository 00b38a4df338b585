// Command load sends GET requests to one loopback address at a constant rate and prints, for each, when it was due
// (Unix microseconds) and how many microseconds later its answer was read. Requests are due whether or not earlier ones
// were answered, so a target that stands still is not asked fewer questions. It ends after -for, or when its standard
// input closes.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// A target that stands still for a minute is what this is here to see.
const patience = 3 * time.Minute

func main() {
	address := flag.String("url", "", "what is asked, on loopback")
	rate := flag.Int("rate", 300, "requests per second")
	connections := flag.Int("connections", 32, "at once")
	bound := flag.Duration("for", time.Minute, "end by itself")
	flag.Parse()
	onLoopback(*address)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()

	due := make(chan time.Time, *rate*int(*bound/time.Second+1))
	lines := make(chan string, 1024)
	var senders sync.WaitGroup
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: *connections},
		Timeout:   patience,
	}
	for i := 0; i < *connections; i++ {
		senders.Add(1)
		go func() {
			defer senders.Done()
			send(client, *address, due, lines)
		}()
	}
	go schedule(due, *rate, *bound)
	go func() {
		senders.Wait()
		close(lines)
	}()
	out := bufio.NewWriter(os.Stdout)
	for line := range lines {
		out.WriteString(line)
		if len(lines) == 0 {
			out.Flush()
		}
	}
	out.Flush()
}

// Load is for the target beside it and for nobody else.
func onLoopback(address string) {
	parsed, err := url.Parse(address)
	if err != nil {
		log.Fatal(err)
	}
	if ip := net.ParseIP(parsed.Hostname()); ip == nil || !ip.IsLoopback() {
		log.Fatalf("%q is not a loopback address", address)
	}
}

func schedule(due chan<- time.Time, rate int, bound time.Duration) {
	defer close(due)
	start := time.Now()
	between := time.Second / time.Duration(rate)
	for at := time.Duration(0); at < bound; at += between {
		time.Sleep(time.Until(start.Add(at)))
		due <- start.Add(at)
	}
}

func send(client *http.Client, address string, due <-chan time.Time, lines chan<- string) {
	for at := range due {
		response, err := client.Get(fmt.Sprintf("%s?%d", address, at.UnixMicro()))
		if err != nil {
			log.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		lines <- fmt.Sprintf("%d %d\n", at.UnixMicro(), time.Since(at).Microseconds())
	}
}
