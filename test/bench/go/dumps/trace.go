package main

import (
	"net"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
)

// counted is a file that knows how much was written to it.
type counted struct {
	*os.File
	size atomic.Int64
}

func (c *counted) Write(bytes []byte) (int, error) {
	c.size.Add(int64(len(bytes)))
	return c.File.Write(bytes)
}

// busy records what a busy service does: requests in goroutines of their own, queues, locks, sleep, sockets,
// garbage; until the trace is of the size wanted.
func busy(name string, size int) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	runtime.GOMAXPROCS(max(4, runtime.NumCPU()))
	out := &counted{File: file}
	if err := trace.Start(out); err != nil {
		return err
	}
	stop := make(chan struct{})
	var running sync.WaitGroup
	for _, one := range []func(<-chan struct{}){requests, requests, queue, queue, locks, ticks, sockets} {
		running.Add(1)
		go func() {
			defer running.Done()
			one(stop)
		}()
	}
	for int(out.size.Load()) < size {
		time.Sleep(20 * time.Millisecond)
	}
	close(stop)
	running.Wait()
	trace.Stop()
	return nil
}

func requests(stop <-chan struct{}) {
	for open(stop) {
		var batch sync.WaitGroup
		for i := 0; i < 50; i++ {
			batch.Add(1)
			go request(&batch, i)
		}
		batch.Wait()
	}
}

func request(done *sync.WaitGroup, n int) {
	defer done.Done()
	answer := make(chan []byte)
	go func() { answer <- make([]byte, 256*(n%8+1)) }()
	<-answer
}

func queue(stop <-chan struct{}) {
	jobs, results := make(chan int), make(chan int)
	for i := 0; i < 8; i++ {
		go work(jobs, results)
	}
	for n := 0; open(stop); n++ {
		jobs <- n
		<-results
	}
	close(jobs)
}

func work(jobs <-chan int, results chan<- int) {
	for job := range jobs {
		results <- job * 2
	}
}

func locks(stop <-chan struct{}) {
	var lock sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for open(stop) {
				lock.Lock()
				runtime.Gosched()
				lock.Unlock()
			}
		}()
	}
	all.Wait()
}

func ticks(stop <-chan struct{}) {
	for open(stop) {
		time.Sleep(200 * time.Microsecond)
	}
}

func sockets(stop <-chan struct{}) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer listener.Close()
	go func() {
		served, err := listener.Accept()
		if err != nil {
			return
		}
		byte1 := make([]byte, 1)
		for {
			if _, err := served.Read(byte1); err != nil {
				return
			}
			served.Write(byte1)
		}
	}()
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return
	}
	defer connection.Close()
	for byte1 := make([]byte, 1); open(stop); {
		connection.Write(byte1)
		connection.Read(byte1)
	}
}

func open(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return false
	default:
		return true
	}
}
