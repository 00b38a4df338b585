// ledger-svc is payments-svc's healthy neighbour: as much traffic, as many goroutines waiting for
// work, a cache that fills and stays level, and nothing that grows. It binds to loopback only and
// ends when its standard input closes, so it cannot outlive whoever started it.
package main

import (
	"expvar"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sync/atomic"
	"time"

	"example.com/ledger/journal"
	"example.com/ledger/traffic"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "loopback address to listen on")
	instance := flag.String("instance", "ledger-svc-1", "name of this instance")
	load := flag.Float64("load", 25, "requests per second it sends to itself")
	flag.Parse()
	log.SetPrefix(*instance + " ")

	listener, err := listenOnLoopback(*addr)
	if err != nil {
		log.Fatal(err)
	}
	go exitWithParent()

	books := journal.Open(32)
	var open atomic.Int64
	expvar.NewString("instance").Set(*instance)
	expvar.Publish("ledger_requests_total", expvar.Func(func() any { return books.Requests() }))
	expvar.Publish("ledger_in_flight", expvar.Func(func() any { return books.InFlight() }))
	expvar.Publish("ledger_open_connections", expvar.Func(func() any { return open.Load() }))

	http.Handle("/entries", books)
	server := &http.Server{IdleTimeout: 5 * time.Minute, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}}
	url := "http://" + listener.Addr().String()
	fmt.Println("listening " + url)
	go traffic.Generate(url, *load)
	log.Fatal(server.Serve(listener))
}

// A demo must not open a port to the network it happens to run in.
func listenOnLoopback(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s is not a loopback address", addr)
	}
	return net.Listen("tcp", addr)
}

// The pipe closes even when the parent was killed with SIGKILL.
func exitWithParent() {
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
