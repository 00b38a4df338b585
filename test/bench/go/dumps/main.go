// Command dumps makes what the benchmarks read.
//
//	dumps park N OUT          parks N goroutines on about 22 stacks and dumps itself, without the 64 MiB limit
//	                          that net/http/pprof has
//	dumps wide IN OUT KINDS   the dump with other packages and lines, so that it has many distinct stacks
//	dumps cut IN OUT BYTES    the beginning of it, as net/http/pprof cuts dumps off
//	dumps heap OUT            a heap profile of 100,000 samples, about 20 MB before compression
//	dumps trace OUT BYTES     an execution trace of a busy program, of about that size
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/google/pprof/profile"
)

func main() {
	log.SetFlags(0)
	args := os.Args[1:]
	var err error
	switch {
	case len(args) == 3 && args[0] == "park":
		err = park(number(args[1]), args[2])
	case len(args) == 4 && args[0] == "wide":
		err = wide(args[1], args[2], number(args[3]))
	case len(args) == 4 && args[0] == "cut":
		err = cut(args[1], args[2], number(args[3]))
	case len(args) == 2 && args[0] == "heap":
		err = heap(args[1])
	case len(args) == 3 && args[0] == "trace":
		err = busy(args[1], number(args[2]))
	default:
		log.Fatal("usage: dumps park N OUT | wide IN OUT KINDS | cut IN OUT BYTES | heap OUT | trace OUT BYTES")
	}
	if err != nil {
		log.Fatal(err)
	}
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func cut(in, out string, size int) error {
	whole, err := os.Open(in)
	if err != nil {
		return err
	}
	defer whole.Close()
	part, err := os.Create(out)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(part, whole, int64(size)); err != nil {
		return err
	}
	return part.Close()
}

type order struct {
	id   int
	note [48]byte
}

// shop holds everything its goroutines can wait for, for ever.
type shop struct {
	orders, parcels chan order
	closed          chan struct{}
	till            sync.Mutex
	stock           sync.RWMutex
	bell            *sync.Cond
	staff           sync.WaitGroup
}

//go:noinline
func (s *shop) send(o order, tag string, weight uint64) { s.parcels <- o }

//go:noinline
func (s *shop) receive(ctx context.Context, shelf int) { <-s.orders }

//go:noinline
func (s *shop) watch(ctx context.Context, name string) {
	select {
	case <-ctx.Done():
	case <-s.orders:
	case <-s.closed:
	}
}

//go:noinline
func (s *shop) pay(i int) { s.till.Lock(); s.till.Unlock() }

//go:noinline
func (s *shop) count(i int) { s.stock.RLock(); s.stock.RUnlock() }

//go:noinline
func (s *shop) ring(i int) { s.bell.L.Lock(); s.bell.Wait() }

//go:noinline
func (s *shop) leave(i int) { s.staff.Wait() }

//go:noinline
func nap(d time.Duration) { time.Sleep(d) }

type clerk interface {
	pass(depth int, s *shop, note string) int
}
type junior struct{ a, b int }
type senior struct{ s *shop }

//go:noinline
func (j *junior) pass(depth int, s *shop, note string) int {
	if depth == 0 {
		<-s.closed
		return 1
	}
	return clerk(&senior{s}).pass(depth-1, s, note) + j.a
}

//go:noinline
func (k *senior) pass(depth int, s *shop, note string) int {
	if depth == 0 {
		select {
		case s.parcels <- order{id: depth}:
		case <-s.closed:
		}
		return 1
	}
	return clerk(&junior{depth, 2}).pass(depth-1, s, note) + 1
}

//go:noinline
func handle(conn net.Conn) { conn.Read(make([]byte, 512)) }

// spawn starts goroutine number i: a tenth deep, most shallow, as in a service under load.
func spawn(s *shop, i int) {
	switch i % 20 {
	case 0, 1, 2, 3:
		go s.send(order{id: i}, "parcel", uint64(i))
	case 4, 5, 6:
		go s.receive(context.Background(), i)
	case 7, 8, 9, 10, 11:
		go func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			s.watch(ctx, "door")
		}()
	case 12:
		go (&junior{1, 2}).pass(12+i/20%5, s, strconv.Itoa(i))
	case 13:
		go func() { defer s.staff.Done(); s.pay(i) }()
	case 14:
		go nap(time.Hour + time.Duration(i))
	case 15:
		go s.ring(i)
	case 16:
		go s.leave(i)
	case 17, 18:
		go func() { (&senior{s}).pass(5+i/20%6, s, "note") }()
	default:
		go s.count(i)
	}
}

// bytesPerGoroutine is what one takes in the dump, with room to spare.
const bytesPerGoroutine = 640

func park(n int, out string) error {
	s := &shop{orders: make(chan order), parcels: make(chan order), closed: make(chan struct{}), bell: sync.NewCond(&sync.Mutex{})}
	s.staff.Add(1 << 30)
	s.till.Lock()
	s.stock.Lock()
	conns, err := connect(min(n/20, 1000))
	if err != nil {
		return err
	}
	for i := range n - len(conns) {
		spawn(s, i)
	}
	time.Sleep(2 * time.Second)
	buf := make([]byte, n*bytesPerGoroutine+1<<20)
	size := runtime.Stack(buf, true)
	if size == len(buf) {
		return fmt.Errorf("the dump of %d goroutines does not fit", n)
	}
	runtime.KeepAlive(conns)
	return os.WriteFile(out, buf[:size], 0o644)
}

// connect opens idle loopback connections; the far side of each waits to read.
func connect(n int) ([]net.Conn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	conns := make([]net.Conn, 0, n)
	for range n {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return nil, err
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

// wide gives each goroutine one of `kinds` variants of its stack, common ones often and rare ones seldom, and
// half of them an age.
func wide(in, out string, kinds int) error {
	source, err := os.Open(in)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.Create(out)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(target, 1<<20)
	rng := rand.New(rand.NewSource(3))
	zipf := rand.NewZipf(rng, 1.1, 4, uint64(kinds-1))
	kind, frame := 0, 0
	lines := bufio.NewReaderSize(source, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(line, []byte("goroutine ")):
			kind, frame = int(zipf.Uint64()), 0
			if end := bytes.LastIndexByte(line, ']'); rng.Intn(2) == 0 {
				fmt.Fprintf(w, "%s, %d minutes]:\n", line[:end], 1+rng.Intn(9000))
				continue
			}
		case bytes.HasPrefix(line, []byte("main.")):
			fmt.Fprintf(w, "example.com/shop/internal/pkg%d.%s", kind%61, line[len("main."):])
			continue
		case line[0] == '\t':
			frame++
			if colon := bytes.IndexByte(line, ':'); frame == 1+kind%3 && colon > 0 {
				rest := bytes.TrimLeft(line[colon+1:], "0123456789")
				fmt.Fprintf(w, "%s:%d%s", line[:colon], kind+1, rest)
				continue
			}
		}
		w.Write(line)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return target.Close()
}

const (
	heapFunctions = 12_000
	heapLocations = 60_000
	heapSamples   = 100_000
	heapDepth     = 50
)

// heap writes OUT.pb.gz and OUT.pb: the names and shape of a large service, the stacks at random.
func heap(out string) error {
	rng := rand.New(rand.NewSource(7))
	p := &profile.Profile{
		DefaultSampleType: "inuse_space",
		PeriodType:        &profile.ValueType{Type: "space", Unit: "bytes"},
		Period:            512 << 10,
		Mapping:           []*profile.Mapping{{ID: 1, Start: 0x400000, Limit: 0x9000000, File: "/usr/local/bin/shop", BuildID: "abc", HasFunctions: true}},
	}
	for _, t := range [][2]string{{"alloc_objects", "count"}, {"alloc_space", "bytes"}, {"inuse_objects", "count"}, {"inuse_space", "bytes"}} {
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: t[0], Unit: t[1]})
	}
	for i := range heapFunctions {
		name := fmt.Sprintf("example.com/shop/internal/pkg%d.(*Service%d).Handle%d", i%397, i%97, i)
		file := fmt.Sprintf("/src/example.com/shop/internal/pkg%d/file%d.go", i%397, i%1201)
		p.Function = append(p.Function, &profile.Function{ID: uint64(i + 1), Name: name, SystemName: name, Filename: file})
	}
	for i := range heapLocations {
		location := &profile.Location{ID: uint64(i + 1), Mapping: p.Mapping[0], Address: 0x400000 + uint64(i)*37}
		for range 1 + (i%5)/4 { // every fifth holds an inlined call
			location.Line = append(location.Line, profile.Line{Function: p.Function[rng.Intn(heapFunctions)], Line: int64(1 + rng.Intn(2000))})
		}
		p.Location = append(p.Location, location)
	}
	for range heapSamples {
		sample := &profile.Sample{
			Value:    []int64{rng.Int63n(1e6), rng.Int63n(1e10), rng.Int63n(1e4), rng.Int63n(1e8)},
			NumLabel: map[string][]int64{"bytes": {int64(16 << rng.Intn(12))}},
		}
		for range heapDepth/2 + rng.Intn(heapDepth) {
			sample.Location = append(sample.Location, p.Location[rng.Intn(heapLocations)])
		}
		p.Sample = append(p.Sample, sample)
	}
	if err := writeTo(out+".pb.gz", p.Write); err != nil {
		return err
	}
	return writeTo(out+".pb", p.WriteUncompressed)
}

func writeTo(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		return err
	}
	return file.Close()
}
