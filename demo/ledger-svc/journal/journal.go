// Package journal appends entries with a fixed pool of appenders and remembers the latest pages.
package journal

import (
	"hash/crc32"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	pageBytes = 32 << 10
	pagesKept = 256 // 8 MiB, reached within seconds
	maxBody   = pageBytes
)

// Journal is an HTTP handler that appends what it is sent.
type Journal struct {
	appends  chan appending
	requests atomic.Int64
	inFlight atomic.Int64

	mu    sync.Mutex
	pages [][]byte
	next  int
}

type appending struct {
	page []byte
	done chan uint32
}

// Open starts the appenders and the ticker that syncs.
func Open(appenders int) *Journal {
	journal := &Journal{appends: make(chan appending), pages: make([][]byte, pagesKept)}
	for started := 0; started < appenders; started++ {
		go journal.append()
	}
	go journal.sync(time.NewTicker(500 * time.Millisecond))
	return journal
}

// ServeHTTP appends one entry: POST /entries.
func (j *Journal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	j.requests.Add(1)
	j.inFlight.Add(1)
	defer j.inFlight.Add(-1)
	page, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	done := make(chan uint32, 1) // room for the answer, so an appender never waits for us
	select {
	case j.appends <- appending{page: page, done: done}:
	case <-r.Context().Done():
		return
	}
	select {
	case <-done:
		w.WriteHeader(http.StatusCreated)
	case <-r.Context().Done():
	}
}

func (j *Journal) append() {
	for wanted := range j.appends {
		time.Sleep(3 * time.Millisecond) // the disk
		j.keep(wanted.page)
		wanted.done <- crc32.ChecksumIEEE(wanted.page)
	}
}

// keep remembers a page in place of the oldest one.
func (j *Journal) keep(page []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pages[j.next] = page
	j.next = (j.next + 1) % pagesKept
}

func (j *Journal) sync(ticker *time.Ticker) {
	for range ticker.C {
		j.mu.Lock()
		_ = crc32.ChecksumIEEE(j.pages[0])
		j.mu.Unlock()
	}
}

// Requests counts entries since start.
func (j *Journal) Requests() int64 { return j.requests.Load() }

// InFlight is the number of entries being appended now.
func (j *Journal) InFlight() int64 { return j.inFlight.Load() }
