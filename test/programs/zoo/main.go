// Package main keeps goroutines in every wait state a program can be in, knows how many of each there
// are, and says so at /expected. It compiles with every release from 1.19 on; animals of later releases
// live in files of their own.
package main

import (
	"context"
	"encoding/json"
	_ "expvar"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	queue "example.com/zoo/queue.v2"
)

// animal is what a reader of the dump has to find: so many goroutines with that function in that state.
type animal struct {
	Function       string            `json:"function"`
	CreatedBy      string            `json:"createdBy"`
	State          string            `json:"state"`
	Family         string            `json:"family"`
	Count          int               `json:"count"`
	Labels         map[string]string `json:"labels,omitempty"`
	LockedToThread bool              `json:"lockedToThread,omitempty"`
	Elided         bool              `json:"elided,omitempty"`
}

var animals []animal

func expect(a animal) { animals = append(animals, a) }

// release is the minor version: 26 for go1.26.8.
func release() int {
	parts := strings.Split(strings.TrimPrefix(runtime.Version(), "go"), ".")
	minor, err := strconv.Atoi(parts[1])
	if err != nil {
		log.Fatal(err)
	}
	return minor
}

// since names a state that was called otherwise before some release.
func since(minor int, now, before string) string {
	if release() >= minor {
		return now
	}
	return before
}

func receiver(c <-chan int) { <-c }

func sender(c chan<- int) { c <- 1 }

func selector(a, b <-chan int) {
	select {
	case <-a:
	case <-b:
	}
}

func parked() { select {} }

func channels() {
	for i := 0; i < 3; i++ {
		go receiver(make(chan int))
	}
	expect(animal{Function: "main.receiver", CreatedBy: "main.channels", State: "chan receive", Family: "chan-receive", Count: 3})
	for i := 0; i < 2; i++ {
		go sender(make(chan int))
	}
	expect(animal{Function: "main.sender", CreatedBy: "main.channels", State: "chan send", Family: "chan-send", Count: 2})
	go nilReceiver(nil)
	expect(animal{Function: "main.nilReceiver", CreatedBy: "main.channels", State: "chan receive (nil chan)", Family: "nil-chan", Count: 1})
	go nilSender(nil)
	expect(animal{Function: "main.nilSender", CreatedBy: "main.channels", State: "chan send (nil chan)", Family: "nil-chan", Count: 1})
	for i := 0; i < 2; i++ {
		go selector(make(chan int), make(chan int))
	}
	expect(animal{Function: "main.selector", CreatedBy: "main.channels", State: "select", Family: "select", Count: 2})
	go parked()
	expect(animal{Function: "main.parked", CreatedBy: "main.channels", State: "select (no cases)", Family: "park", Count: 1})
	go queue.Wait(make(chan int))
	expect(animal{Function: "example.com/zoo/queue%2ev2.Wait", CreatedBy: "main.channels", State: "chan receive", Family: "chan-receive", Count: 1})
}

func nilReceiver(c <-chan int) { <-c }

func nilSender(c chan<- int) { c <- 1 }

func locker(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
}

func reader(mu *sync.RWMutex) {
	mu.RLock()
	defer mu.RUnlock()
}

func writer(mu *sync.RWMutex) {
	mu.Lock()
	defer mu.Unlock()
}

var (
	heldMutex   sync.Mutex
	heldRWMutex sync.RWMutex
)

func locks() {
	heldMutex.Lock()
	for i := 0; i < 3; i++ {
		go locker(&heldMutex)
	}
	expect(animal{Function: "main.locker", CreatedBy: "main.locks", State: since(20, "sync.Mutex.Lock", "semacquire"), Family: "mutex", Count: 3})
	heldRWMutex.RLock()
	go writer(&heldRWMutex)
	time.Sleep(200 * time.Millisecond) // readers queue only behind a writer
	for i := 0; i < 2; i++ {
		go reader(&heldRWMutex)
	}
	expect(animal{Function: "main.writer", CreatedBy: "main.locks", State: since(20, "sync.RWMutex.Lock", "semacquire"), Family: "rwmutex", Count: 1})
	expect(animal{Function: "main.reader", CreatedBy: "main.locks", State: since(20, "sync.RWMutex.RLock", "semacquire"), Family: "rwmutex", Count: 2})
}

func waiter(all *sync.WaitGroup) { all.Wait() }

func condWaiter(c *sync.Cond) {
	c.L.Lock()
	c.Wait()
	c.L.Unlock()
}

func groups() {
	var all sync.WaitGroup
	all.Add(1)
	for i := 0; i < 2; i++ {
		go waiter(&all)
	}
	expect(animal{Function: "main.waiter", CreatedBy: "main.groups", State: since(24, "sync.WaitGroup.Wait", "semacquire"), Family: "waitgroup", Count: 2})
	cond := sync.NewCond(new(sync.Mutex))
	for i := 0; i < 2; i++ {
		go condWaiter(cond)
	}
	expect(animal{Function: "main.condWaiter", CreatedBy: "main.groups", State: "sync.Cond.Wait", Family: "cond", Count: 2})
}

func sleeper() { time.Sleep(24 * time.Hour) }

func ticking() {
	for range time.Tick(time.Hour) {
	}
}

func times() {
	for i := 0; i < 2; i++ {
		go sleeper()
	}
	expect(animal{Function: "main.sleeper", CreatedBy: "main.times", State: "sleep", Family: "sleep", Count: 2})
	go ticking()
	expect(animal{Function: "main.ticking", CreatedBy: "main.times", State: "chan receive", Family: "chan-receive", Count: 1})
}

func acceptor(l net.Listener, accepted chan<- net.Conn) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		accepted <- conn
	}
}

func connReader(c net.Conn) { c.Read(make([]byte, 1)) }

func blockingRead(fd int) { syscall.Read(fd, make([]byte, 1)) }

var kept []interface{}

func outside() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	accepted := make(chan net.Conn, 8)
	go acceptor(listener, accepted)
	expect(animal{Function: "main.acceptor", CreatedBy: "main.outside", State: "IO wait", Family: "io", Count: 1})
	for i := 0; i < 2; i++ {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			log.Fatal(err)
		}
		kept = append(kept, conn)
		go connReader(<-accepted)
	}
	expect(animal{Function: "main.connReader", CreatedBy: "main.outside", State: "IO wait", Family: "io", Count: 2})
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		log.Fatal(err)
	}
	go blockingRead(ends[0])
	expect(animal{Function: "main.blockingRead", CreatedBy: "main.outside", State: "syscall", Family: "syscall", Count: 1})
}

func pinned(c <-chan int) {
	runtime.LockOSThread()
	<-c
}

func deep(n int, c <-chan int) int {
	if n == 0 {
		return <-c
	}
	return deep(n-1, c) + 1
}

func dive(c <-chan int) { deep(300, c) }

type box[T any] struct{ items chan T }

func (b *box[T]) take() T { return <-b.items }

func (b *box[T]) open() { b.take() }

type point struct{ x, y int }

func structured(p point, name string, values []int, c <-chan int) int {
	<-c
	return p.x + len(name) + len(values)
}

func shapes() {
	go pinned(make(chan int))
	expect(animal{Function: "main.pinned", CreatedBy: "main.shapes", State: "chan receive", Family: "chan-receive", Count: 1, LockedToThread: true})
	go dive(make(chan int))
	expect(animal{Function: "main.deep", CreatedBy: "main.shapes", State: "chan receive", Family: "chan-receive", Count: 1, Elided: true})
	go (&box[string]{items: make(chan string)}).open()
	expect(animal{Function: "main.(*box[...]).take", CreatedBy: "main.shapes", State: "chan receive", Family: "chan-receive", Count: 1})
	go structured(point{1, 2}, "name", []int{1, 2, 3}, make(chan int))
	expect(animal{Function: "main.structured", CreatedBy: "main.shapes", State: "chan receive", Family: "chan-receive", Count: 1})
	c := make(chan int)
	go func() { <-c }()
	expect(animal{Function: "main.shapes.func1", CreatedBy: "main.shapes", State: "chan receive", Family: "chan-receive", Count: 1})
}

func labelled(c <-chan int) { <-c }

func withLabels() {
	labels := map[string]string{"worker": "7", "route": `/orders/{id} "é"`}
	pprof.Do(context.Background(), pprof.Labels("worker", labels["worker"], "route", labels["route"]), func(context.Context) {
		for i := 0; i < 2; i++ {
			go labelled(make(chan int))
		}
	})
	expect(animal{Function: "main.labelled", CreatedBy: "main.withLabels.func1", State: "chan receive", Family: "chan-receive", Count: 2, Labels: labels})
}

type handle struct{ padding [64]byte }

func (h *handle) release() { <-make(chan int) }

func finalizer() {
	func() { runtime.SetFinalizer(&handle{}, (*handle).release) }()
	// Its creator is the runtime's, which only tracebacks of signals show.
	expect(animal{Function: "main.(*handle).release", CreatedBy: "", State: "chan receive", Family: "chan-receive", Count: 1})
}

func main() {
	channels()
	locks()
	groups()
	times()
	outside()
	shapes()
	withLabels()
	finalizer()
	newer()
	http.HandleFunc("/expected", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]interface{}{"goVersion": runtime.Version(), "goroutines": animals})
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go collect()
	fmt.Printf("listening %s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

// collect stamps the parked goroutines: an age is counted from the collection before the one that finds
// the goroutine parked.
func collect() {
	for i := 0; i < 3; i++ {
		time.Sleep(time.Second)
		runtime.GC()
	}
	os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}
