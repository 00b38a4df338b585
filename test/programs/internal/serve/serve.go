// Package serve is the ground every labelled program stands on: an HTTP service with pprof and
// expvar on loopback, traffic generated in-process, and an end when standard input closes.
package serve

import (
	"expvar"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"

	"example.com/programs/internal/backdrop"
)

// Service is one labelled program's process.
type Service struct {
	name     string
	high     bool
	addr     string
	mux      *http.ServeMux
	listener net.Listener
	started  []func()
	helpers  []io.Closer
	// Some services export metrics by their name's hash, some always.
	hasMetrics bool

	requests    *expvar.Int
	inFlight    *expvar.Int
	connections *expvar.Int
}

// New parses the common flags and opens the listener. In a helper process (see Upstream and Beside)
// it opens nothing.
func New(name string) *Service {
	addr := flag.String("addr", "127.0.0.1:0", "listen address")
	load := flag.String("load", "low", "traffic: low or high")
	flag.Parse()
	s := &Service{name: name, high: *load == "high", addr: *addr, mux: http.NewServeMux()}
	s.requests, s.inFlight, s.connections = new(expvar.Int), new(expvar.Int), new(expvar.Int)
	if os.Getenv(roleVariable) != "" {
		return s
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		log.Fatal(err)
	}
	s.listener = listener
	s.mux.HandleFunc("/debug/pprof/", pprof.Index)
	s.mux.Handle("/debug/vars", expvar.Handler())
	expvar.Publish("requests_total", s.requests)
	// As in life, not every service tells how busy it is.
	if s.hash()&1 == 0 {
		expvar.Publish("http_connections", s.connections)
		expvar.Publish("requests_in_flight", s.inFlight)
	}
	if s.hash()%3 == 0 {
		s.Metrics()
	}
	return s
}

// High tells whether the program runs at its high load.
func (s *Service) High() bool { return s.high }

// Rate is a number of events per second (or any other size) that depends on the load.
func (s *Service) Rate(low, high float64) float64 {
	if s.high {
		return high
	}
	return low
}

// Size is Rate for counts.
func (s *Service) Size(low, high int) int { return int(s.Rate(float64(low), float64(high))) }

// URL is the service's own address.
func (s *Service) URL() string { return "http://" + s.listener.Addr().String() }

// HandleFunc mounts a handler and counts its requests.
func (s *Service) HandleFunc(path string, handler http.HandlerFunc) {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.inFlight.Add(1)
		defer s.inFlight.Add(-1)
		handler(w, r)
	})
}

// Gauge publishes a number the service counts itself.
func (s *Service) Gauge(name string) *expvar.Int {
	gauge := new(expvar.Int)
	if os.Getenv(roleVariable) == "" {
		expvar.Publish(name, gauge)
	}
	return gauge
}

// Go starts a background part of the service once it listens; helper processes never do.
func (s *Service) Go(part func()) { s.started = append(s.started, part) }

// Run serves until standard input closes.
func (s *Service) Run() {
	if role := os.Getenv(roleVariable); role != "" {
		log.Fatalf("%s: nothing plays the role %q", s.name, role)
	}
	go exitWithStdin()
	backdrop.Start(s.hash(), s.URL(), s.high)
	for _, part := range s.started {
		go part()
	}
	fmt.Printf("listening %s\n", s.listener.Addr())
	server := &http.Server{Handler: s.mux, ConnState: s.countConnection}
	log.Fatal(server.Serve(s.listener))
}

func (s *Service) countConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.connections.Add(-1)
	}
}

func (s *Service) hash() uint32 {
	h := fnv.New32a()
	io.WriteString(h, s.name)
	return h.Sum32()
}

func exitWithStdin() {
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
