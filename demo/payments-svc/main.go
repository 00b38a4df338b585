// payments-svc is a small payments service that is ill in exactly one way: a checkout that times out
// leaves the goroutine writing its ledger entry blocked for ever on a channel send, request body in
// hand (see ledger.Writer). Everything else about it is healthy and busy: keep-alive connections, a
// worker pool, tickers, a cache. It makes its own traffic, binds to loopback only, and ends when its
// standard input closes, so it cannot outlive whoever started it.
package main

import (
	"expvar"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"strings"
	"syscall"
	"time"

	"example.com/payments/audit"
	"example.com/payments/catalog"
	"example.com/payments/checkout"
	"example.com/payments/ledger"
	"example.com/payments/traffic"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "loopback address to listen on")
	instance := flag.String("instance", "payments-svc-1", "name of this instance")
	load := flag.Float64("load", 40, "requests per second it sends to itself")
	leakRate := flag.Float64("leak-rate", 12, "of these, how many per second time out and leak")
	leakCap := flag.Int64("leak-cap", 6000, "leaked goroutines at which the process restarts, as an OOM kill would")
	mended := flag.Bool("mended", false, "run as the build that does not leak")
	flag.Parse()
	log.SetFlags(log.Ltime)
	log.SetPrefix(*instance + " ")

	listener, err := listenOnLoopback(*addr)
	if err != nil {
		log.Fatal(err)
	}
	go exitWithParent()

	writer := ledger.NewWriter(*mended)
	pool := audit.NewPool(16)
	cache := catalog.NewCache(512)
	checkouts := checkout.NewHandler(writer, pool, cache)
	connections := countConnections()
	publish(*instance, checkouts, connections)

	server := &http.Server{Handler: routes(checkouts), ConnState: connections.track, IdleTimeout: 5 * time.Minute}
	url := "http://" + listener.Addr().String()
	fmt.Println("listening " + url)
	go traffic.Generate(url, traffic.Mix{PerSecond: *load, SlowPerSecond: *leakRate})
	if !*mended {
		go restartWhenFull(checkouts, *leakCap, listener.Addr().String())
	}
	log.Fatal(server.Serve(listener))
}

func routes(checkouts *checkout.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/checkout", checkouts)
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
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

// restartWhenFull bounds the memory a demo left running can take. It replaces the process by a fresh
// one on the same port, which is what a container's memory limit does to a leaking service.
func restartWhenFull(checkouts *checkout.Handler, leakCap int64, addr string) {
	for range time.Tick(time.Second) {
		if checkouts.Timeouts() < leakCap {
			continue
		}
		log.Printf("%d leaked goroutines: restarting", checkouts.Timeouts())
		self, err := os.Executable()
		if err != nil {
			log.Fatal(err)
		}
		// The listener's descriptor closes on exec; closing it here would end Serve first.
		log.Fatal(syscall.Exec(self, withAddr(os.Args, addr), os.Environ()))
	}
}

// withAddr makes the arguments name the port that was given, so that the service comes back where it was.
func withAddr(args []string, addr string) []string {
	kept := []string{args[0], "-addr=" + addr}
	for at := 1; at < len(args); at++ {
		name := strings.TrimLeft(args[at], "-")
		if name == "addr" {
			at++ // its value
		} else if !strings.HasPrefix(name, "addr=") {
			kept = append(kept, args[at])
		}
	}
	return kept
}
