// Records an execution trace of itself: goroutines of every kind of wait, each kind started by one go statement
// and counted by the program, beside churn, collections and a crowd that was there before.
//
//	traced OUT [-flight | -small]      the trace goes to OUT, the counts to standard output as JSON
//
// -flight takes it from a flight recorder; -small does as little as possible of everything.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// statement is what one go statement did within the trace.
type statement struct {
	Function string `json:"function"`
	Created  int    `json:"created"`
	// Blocked ones at the end of the trace, and the trace's own word for why.
	Blocked int    `json:"blocked"`
	Reason  string `json:"reason"`
}

var (
	never    = make(chan int)
	nothing  chan int
	ended    atomic.Int64
	retained [][]byte
	// listener is kept: collected, it would close and end its readers.
	listener net.Listener
)

func sendForever()    { never <- 1 }
func receiveForever() { <-nothing }
func selectForever(quit chan bool) {
	select {
	case <-quit:
	case <-never2:
	}
}

var never2 = make(chan bool)

func lockForever(held *sync.Mutex) { held.Lock() }
func waitForever(c *sync.Cond) {
	c.L.Lock()
	c.Wait()
}
func waitForGroup(group *sync.WaitGroup) { group.Wait() }
func readForever(connection net.Conn)    { connection.Read(make([]byte, 1)) }
func sleepLong()                         { time.Sleep(time.Hour) }
func parkForever()                       { select {} }
func readPipe(descriptor int)            { syscall.Read(descriptor, make([]byte, 1)) }

func short(done *sync.WaitGroup) {
	defer done.Done()
	ended.Add(1)
}

func pingPong(from, to chan int, rounds int) {
	for i := 0; i < rounds; i++ {
		to <- <-from + 1
	}
}

// answer lets its peer wait for the network, for a while.
func answer(served net.Conn) {
	time.Sleep(5 * time.Millisecond)
	served.Write([]byte{1})
	served.Close()
}

func old(gate chan bool) { <-gate }

func main() {
	out, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GOMAXPROCS(4)
	gate := make(chan bool)
	for i := 0; i < 25; i++ {
		go old(gate)
	}
	time.Sleep(20 * time.Millisecond)

	mode := append(os.Args, "")[2]
	small = mode == "-small"
	stop := func() {
		trace.Stop()
	}
	if mode == "-flight" {
		stop = startFlight(out)
	} else if err := trace.Start(out); err != nil {
		panic(err)
	}
	counts := play()
	time.Sleep(200 * time.Millisecond)
	stop()
	out.Close()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"go": runtime.Version(), "statements": counts, "existing": 25, "shortEnded": ended.Load(),
		"collections": collections(), "retainedBytes": len(retained) << 16,
	})
}

// play starts everything and returns when all of it is blocked or gone.
func play() []statement {
	counts := []statement{
		start("main.sendForever", 40, "chan send", func() { go sendForever() }),
		start("main.receiveForever", 17, "forever", func() { go receiveForever() }),
		start("main.selectForever", 13, "select", func() { go selectForever(make(chan bool)) }),
		start("main.sleepLong", 11, "sleep", func() { go sleepLong() }),
		start("main.parkForever", 2, "forever", func() { go parkForever() }),
	}
	held := new(sync.Mutex)
	held.Lock()
	counts = append(counts, start("main.lockForever", 6, "sync", func() { go lockForever(held) }))
	cond := sync.NewCond(new(sync.Mutex))
	counts = append(counts, start("main.waitForever", 4, "sync.(*Cond).Wait", func() { go waitForever(cond) }))
	group := new(sync.WaitGroup)
	group.Add(1)
	counts = append(counts, start("main.waitForGroup", 5, "sync", func() { go waitForGroup(group) }))

	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		panic(err)
	}
	counts = append(counts, start("main.readForever", 9, "network", func() {
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			panic(err)
		}
		go readForever(connection)
	}))
	pipe := make([]int, 2)
	if err := syscall.Pipe(pipe); err != nil {
		panic(err)
	}
	counts = append(counts, start("main.readPipe", 3, "(syscall)", func() { go readPipe(pipe[0]) }))

	var done sync.WaitGroup
	counts = append(counts, start("main.short", 600, "", func() {
		done.Add(1)
		go short(&done)
	}))
	done.Wait()

	counts = append(counts, start("main.answer", 5, "", func() {
		connection, err := net.Dial("tcp", echo.Addr().String())
		if err != nil {
			panic(err)
		}
		served, err := echo.Accept()
		if err != nil {
			panic(err)
		}
		go answer(served)
		connection.Read(make([]byte, 1))
		connection.Close()
	}))
	a, b, rounds := make(chan int), make(chan int), few(300)
	counts = append(counts, start("main.pingPong", 1, "", func() { go pingPong(a, b, rounds) }))
	for i := 0; i < rounds; i++ {
		a <- i
		<-b
	}
	counts = append(counts, coroutines()...)
	for i := 0; i < collections(); i++ {
		for j := 0; j < 32; j++ {
			retained = append(retained, make([]byte, 1<<16))
		}
		runtime.GC()
		time.Sleep(350 * time.Millisecond)
	}
	return counts
}

var small bool

// few is one where that will do.
func few(n int) int {
	if small {
		return 1
	}
	return n
}

// collections are most of a trace's bytes.
func collections() int {
	if small {
		return 0
	}
	return 3
}

func start(function string, count int, reason string, one func()) statement {
	count = few(count)
	for i := 0; i < count; i++ {
		one()
	}
	blocked := count
	if reason == "" {
		blocked = 0
	}
	return statement{function, count, blocked, reason}
}

func init() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: traced OUT [-flight | -small]")
		os.Exit(1)
	}
}
