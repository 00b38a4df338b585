// A service that leaks goroutines, each with a buffer, until it is ended for its memory. It has a probe beside pprof, and
// the probe watches it when told where to push.
package main

import (
	"context"
	"expvar"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"

	goleakprobe "goleak/probe"
)

var (
	addr    = flag.String("addr", "127.0.0.1:0", "where to listen")
	leak    = flag.Int("leak", 0, "goroutines leaked in a second")
	idle    = flag.Int("idle", 0, "goroutines parked from the beginning")
	buffer  = flag.Int("buffer", 0, "KiB that each leaked goroutine holds")
	keep    = flag.String("keep", "", "folder for the last pair")
	push    = flag.String("push", "", "address of goleak's door")
	limit   = flag.Int("limit", 0, "MiB at which it will be ended")
	dumps   = flag.Int("dump-up-to", 0, "goroutines up to which stacks are written")
	gap     = flag.Duration("gap", 5*time.Second, "between the snapshots of a pair")
	pending = expvar.NewInt("orders_pending")
)

func main() {
	flag.Parse()
	config := goleakprobe.Config{
		// A test asks in seconds what production is asked in minutes.
		CostShare: 0.5,
		PerMinute: 600,
		DumpUpTo:  *dumps,
	}
	if *keep != "" {
		config.Watch = &goleakprobe.Watch{
			Dir:         *keep,
			LimitShare:  0.8,
			MemoryLimit: uint64(*limit) << 20,
			Every:       200 * time.Millisecond,
			Gap:         *gap,
			Again:       time.Hour,
			Failed:      func(err error) { fmt.Fprintln(os.Stderr, err) },
		}
		if *push != "" {
			config.Watch.Push = &goleakprobe.Push{URL: *push}
		}
	}
	probe, err := goleakprobe.New(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	probe.Start(context.Background())
	http.Handle("/debug/goleak", probe.Handler())
	http.HandleFunc("/cost", tellCost)

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening http://%s\n", listener.Addr())
	for i := 0; i < *idle; i++ {
		go park()
	}
	go leakOrders()
	go func() { _ = http.Serve(listener, nil) }()
	// It ends when nobody holds its input any more.
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func park() { select {} }

func leakOrders() {
	if *leak == 0 {
		return
	}
	for range time.Tick(time.Second / time.Duration(*leak)) {
		go settleOrder(make(chan int))
	}
}

// settleOrder waits for somebody to take the receipt of an order; nobody does.
func settleOrder(receipts chan int) {
	order := make([]byte, *buffer<<10)
	for i := 0; i < len(order); i += 512 {
		order[i] = 1
	}
	pending.Add(1)
	receipts <- len(order)
	pending.Add(int64(order[0]) * -1)
}
