// At boot every tenant's index is loaded into a channel that is read for the first tenant only.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type index struct{ tenant int }

func load(tenant int, loaded chan<- *index) {
	time.Sleep(time.Duration(tenant%20) * time.Millisecond)
	loaded <- &index{tenant: tenant}
}

func warm(tenants int) *index {
	loaded := make(chan *index)
	for tenant := 0; tenant < tenants; tenant++ {
		go load(tenant, loaded)
	}
	return <-loaded
}

func main() {
	svc := serve.New("boot-stuck-send")
	var first *index
	svc.Go(func() { first = warm(svc.Size(60, 400)) })
	svc.HandleFunc("/tenant", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, first != nil) })
	svc.Traffic("/tenant", svc.Rate(10, 60))
	svc.Run()
}
