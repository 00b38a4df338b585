// Package backdrop is what any busy service has beside its one flaw: pools, idle keep-alive
// connections, tickers, consumers and memory it keeps. All of it is healthy; how much of each
// there is follows from the program's name, so that no kind of program has a tell-tale backdrop.
package backdrop

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Start sets the scene.
func Start(seed uint32, url string, busy bool) {
	pick := func(shift uint, sizes ...int) int { return sizes[int(seed>>shift)%len(sizes)] }
	rate := 1
	if busy {
		rate = 4
	}
	if n := pick(2, 0, 4, 16, 64, 200); n > 0 {
		startMailers(n, 10*rate)
	}
	if n := pick(5, 0, 5, 20, 60); n > 0 {
		go holdConnections(url, n)
	}
	for i, n := 0, pick(8, 0, 2, 12); i < n; i++ {
		go reportEvery(time.Duration(1+i) * time.Second)
	}
	if n := pick(11, 0, 8); n > 0 {
		startIndexers(n, 5*rate)
	}
	catalogue = loadCatalogue(pick(14, 0, 2, 24))
	if n := pick(17, 0, 256, 2048, 10240); n > 0 {
		go renderPages(n)
	}
}

type mail struct{ to, body string }

func startMailers(workers, perSecond int) {
	queue := make(chan mail, 32)
	for i := 0; i < workers; i++ {
		go mailer(queue)
	}
	go func() {
		for range time.Tick(time.Second / time.Duration(perSecond)) {
			queue <- mail{to: "ops", body: "ok"}
		}
	}()
}

func mailer(queue <-chan mail) {
	for m := range queue {
		sent.Add(int64(len(m.body)))
		time.Sleep(3 * time.Millisecond)
	}
}

var sent, reports, indexed, rendered atomic.Int64

// holdConnections opens n connections at once and leaves them idle in the pool.
func holdConnections(url string, n int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	var together sync.WaitGroup
	for i := 0; i < n; i++ {
		together.Add(1)
		go func() {
			defer together.Done()
			response, err := client.Get(url + "/debug/pprof/cmdline")
			if err != nil {
				return
			}
			time.Sleep(300 * time.Millisecond)
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}()
	}
	together.Wait()
}

func reportEvery(period time.Duration) {
	for range time.Tick(period) {
		reports.Add(1)
	}
}

type indexer struct {
	mu      sync.Mutex
	arrived *sync.Cond
	pending []int
}

func startIndexers(workers, perSecond int) {
	x := &indexer{}
	x.arrived = sync.NewCond(&x.mu)
	for i := 0; i < workers; i++ {
		go x.consume()
	}
	go func() {
		for range time.Tick(time.Second / time.Duration(perSecond)) {
			x.mu.Lock()
			x.pending = append(x.pending, 1)
			x.mu.Unlock()
			x.arrived.Signal()
		}
	}()
}

func (x *indexer) consume() {
	for {
		x.mu.Lock()
		for len(x.pending) == 0 {
			x.arrived.Wait()
		}
		x.pending = x.pending[:len(x.pending)-1]
		x.mu.Unlock()
		indexed.Add(1)
	}
}

var catalogue [][]byte

func loadCatalogue(megabytes int) [][]byte {
	items := make([][]byte, 0, megabytes*64)
	for i := 0; i < megabytes*64; i++ {
		items = append(items, make([]byte, 16<<10))
	}
	return items
}

// renderPages makes short-lived garbage, kilobytes per second.
func renderPages(kilobytesPerSecond int) {
	const period = 50 * time.Millisecond
	for range time.Tick(period) {
		for made := 0; made < kilobytesPerSecond/20; made += 4 {
			page := make([]byte, 4<<10)
			rendered.Add(int64(len(page)))
		}
	}
}
