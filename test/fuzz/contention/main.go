// Command contention makes goroutines wait for one another and writes what the runtime recorded of it.
//
//	contention FOLDER MOMENTS
//
// Every moment leaves block, mutex, threadcreate, allocs and heap profiles in the folder, as net/http/pprof
// would answer, and two deltas.
package main

import (
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"
)

var kept [][]byte

func main() {
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	runtime.MemProfileRate = 4096
	moments, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var ledger sync.Mutex
	queue := make(chan int)
	for range 4 {
		go post(&ledger, queue)
	}
	go fill(queue)
	for moment := range moments {
		time.Sleep(50 * time.Millisecond)
		for name, query := range map[string]string{
			"block": "", "mutex": "", "threadcreate": "", "allocs": "", "heap": "",
			"block-delta": "?seconds=1", "mutex-delta": "?seconds=1",
		} {
			if query != "" && moment%2 == 1 {
				continue
			}
			write(filepath.Join(os.Args[1], strconv.Itoa(moment)+"."+name+".pb.gz"), name, query)
		}
	}
}

func post(ledger *sync.Mutex, queue <-chan int) {
	for size := range queue {
		ledger.Lock()
		if len(kept) < 1000 {
			kept = append(kept, make([]byte, size))
		}
		time.Sleep(100 * time.Microsecond)
		ledger.Unlock()
	}
}

func fill(queue chan<- int) {
	for n := 0; ; n++ {
		queue <- 64 << (n % 8)
	}
}

func write(file, name, query string) {
	request := httptest.NewRequest(http.MethodGet, "/debug/pprof/"+trimDelta(name)+query, nil)
	answer := httptest.NewRecorder()
	pprof.Index(answer, request)
	if answer.Code != http.StatusOK {
		log.Fatalf("%s: %s", name, answer.Body)
	}
	if err := os.WriteFile(file, answer.Body.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

func trimDelta(name string) string {
	const suffix = "-delta"
	if len(name) > len(suffix) && name[len(name)-len(suffix):] == suffix {
		return name[:len(name)-len(suffix)]
	}
	return name
}
