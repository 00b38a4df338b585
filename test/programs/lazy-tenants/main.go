// One worker for each tenant, started when the tenant is first seen: 150 tenants at the most. Healthy.
package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type tenant struct {
	events chan int
	total  int
}

func (t *tenant) work() {
	for e := range t.events {
		t.total += e
	}
}

type tenants struct {
	mu sync.Mutex
	by map[int]*tenant
}

func (ts *tenants) of(id int) *tenant {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t, ok := ts.by[id]
	if !ok {
		t = &tenant{events: make(chan int, 4)}
		ts.by[id] = t
		go t.work()
	}
	return t
}

func main() {
	svc := serve.New("lazy-tenants")
	ts := &tenants{by: map[int]*tenant{}}
	zipf := func() func() uint64 {
		var mu sync.Mutex
		z := rand.NewZipf(rand.New(rand.NewSource(time.Now().UnixNano())), 1.3, 12, 149)
		return func() uint64 { mu.Lock(); defer mu.Unlock(); return z.Uint64() }
	}()
	svc.HandleFunc("/event", func(w http.ResponseWriter, _ *http.Request) {
		ts.of(int(zipf())).events <- 1
		fmt.Fprintln(w, "ok")
	})
	svc.Traffic("/event", svc.Rate(25, 80))
	svc.Run()
}
