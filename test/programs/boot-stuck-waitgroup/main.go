// Workers wait at boot for a migration that failed and never says so.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"example.com/programs/internal/serve"
)

type migration struct {
	finished sync.WaitGroup
	served   atomic.Int64
}

func (m *migration) run() error {
	if m.served.Load() == 0 {
		return errors.New("table is locked")
	}
	m.finished.Done()
	return nil
}

func (m *migration) worker() {
	m.finished.Wait()
	m.served.Add(1)
}

func start(workers int) *migration {
	m := &migration{}
	m.finished.Add(1)
	for i := 0; i < workers; i++ {
		go m.worker()
	}
	if err := m.run(); err != nil {
		fmt.Println("migration:", err)
	}
	return m
}

func main() {
	svc := serve.New("boot-stuck-waitgroup")
	svc.HandleFunc("/orders", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "[]") })
	svc.Go(func() { start(svc.Size(40, 250)) })
	svc.Traffic("/orders", svc.Rate(10, 60))
	svc.Run()
}
