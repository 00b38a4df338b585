// Every way in which a Go program holds memory, one of each, and one of them growing: what goref writes of it.
package main

import (
	"context"
	_ "expvar"
	"fmt"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"example.com/roots/ledger"
)

type node struct {
	next *node
	pad  [100]byte
}

type level struct {
	inner *level
	name  string
	body  []byte
}

type callback struct{ run func() int }

type opaque struct{ p unsafe.Pointer }

type watched struct{ body []byte }

var (
	book     = ledger.New()                         // a map in a struct, growing
	recent   = ledger.NewCache[string, []byte](300) // container/list, bounded
	byToken  sync.Map                               // sync.Map
	queue    = make(chan *ledger.Entry, 64)         // a full channel
	chain    *node                                  // a linked list longer than goref follows
	deep     = &level{}                             // twelve levels below a package variable
	handlers []callback                             // closures in a slice
	hidden   opaque                                 // no type is known beyond it
	shards   [4]map[int][]byte                      // an array of maps
	any1     interface{}                            // an interface
	scope    context.Context                        // contexts in contexts
)

func bytesOf(size int) []byte { return make([]byte, size) }

func fill() {
	for at := 0; at < 600; at++ {
		recent.Put(fmt.Sprint(at), bytesOf(1024))
	}
	for at := 0; at < 200; at++ {
		byToken.Store(at, bytesOf(1500))
	}
	for at := 0; at < 64; at++ {
		queue <- &ledger.Entry{Key: fmt.Sprint(at), Body: bytesOf(3000)}
	}
	for at := 0; at < 2000; at++ {
		chain = &node{next: chain}
	}
	at := deep
	for depth := 0; depth < 12; depth++ {
		at.inner = &level{name: fmt.Sprint("level ", depth)}
		at = at.inner
	}
	at.body = bytesOf(300 << 10)
	for n := 0; n < 50; n++ {
		kept := bytesOf(2048)
		handlers = append(handlers, callback{func() int { return len(kept) }})
	}
	secret := &level{body: bytesOf(70_000)}
	hidden.p = unsafe.Pointer(secret)
	for n := range shards {
		shards[n] = map[int][]byte{}
		for k := 0; k < 30; k++ {
			shards[n][k] = bytesOf(700)
		}
	}
	any1 = &level{body: bytesOf(50_000)}
	scope = context.Background()
	for n := 0; n < 40; n++ {
		scope = context.WithValue(scope, n, bytesOf(900))
	}
}

// worker holds a batch in a local variable and waits for ever.
func worker(never chan struct{}) {
	batch := make([][]byte, 0, 40)
	for n := 0; n < 40; n++ {
		batch = append(batch, bytesOf(5000))
	}
	<-never
	runtime.KeepAlive(batch)
}

// recurse leaves a deep stack behind, each call holding something.
func recurse(depth int, never chan struct{}) int {
	held := bytesOf(256)
	if depth == 0 {
		<-never
	}
	return len(held) + recurse(depth-1, never)
}

func finalizers() {
	obj := &watched{body: bytesOf(90_000)}
	runtime.SetFinalizer(obj, func(w *watched) { fmt.Fprintln(os.Stderr, len(w.body)) })
	obj2, arg := &watched{}, bytesOf(80_000)
	runtime.AddCleanup(obj2, func(kept []byte) { fmt.Fprintln(os.Stderr, len(kept)) }, arg)
	any1.(*level).inner = &level{name: fmt.Sprint(unsafe.Pointer(obj2) != nil)}
	keepAlive = obj2
}

var keepAlive *watched

func main() {
	fill()
	finalizers()
	never := make(chan struct{})
	for n := 0; n < 3; n++ {
		go worker(never)
	}
	go recurse(30, never)
	for n := 0; n < 20; n++ {
		late := bytesOf(6000)
		time.AfterFunc(time.Hour, func() { fmt.Fprintln(os.Stderr, len(late)) })
	}
	go func() {
		for n := 0; ; n++ {
			time.Sleep(20 * time.Millisecond)
			book.Write(fmt.Sprint("entry ", n), 12<<10)
		}
	}()
	fmt.Println("listening")
	http.ListenAndServe(os.Args[1], nil)
}
