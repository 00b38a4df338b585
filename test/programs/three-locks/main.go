// Three background loops each hold one lock and want the next one: a cycle of three. Nobody else wants these locks,
// so nothing piles up.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type kitchen struct{ oven, table, sink sync.Mutex }

func (k *kitchen) cook() {
	for {
		k.oven.Lock()
		time.Sleep(30 * time.Millisecond)
		k.table.Lock()
		k.table.Unlock()
		k.oven.Unlock()
	}
}

func (k *kitchen) plate() {
	for {
		k.table.Lock()
		time.Sleep(30 * time.Millisecond)
		k.sink.Lock()
		k.sink.Unlock()
		k.table.Unlock()
	}
}

func (k *kitchen) wash() {
	for {
		k.sink.Lock()
		time.Sleep(30 * time.Millisecond)
		k.oven.Lock()
		k.oven.Unlock()
		k.sink.Unlock()
	}
}

func main() {
	svc := serve.New("three-locks")
	k := &kitchen{}
	svc.Go(k.cook)
	svc.Go(k.plate)
	svc.Go(k.wash)
	svc.HandleFunc("/order", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(5 * time.Millisecond)
		fmt.Fprintln(w, "taken")
	})
	svc.Traffic("/order", svc.Rate(25, 100))
	svc.Run()
}
