// Mail campaigns: each burst makes hundreds of thousands of records of which one in sixteen lives on.
package main

import (
	"fmt"
	"net/http"
	"runtime"
	"time"

	"example.com/programs/internal/serve"
)

type delivery struct {
	address [120]byte
	status  [376]byte
}

type campaign struct{ bounced []*delivery }

func (c *campaign) send(recipients int) {
	all := make([]*delivery, 0, recipients)
	for i := 0; i < recipients; i++ {
		all = append(all, &delivery{})
	}
	bounced := make([]*delivery, 0, recipients/16)
	for i := 0; i < recipients; i += 16 {
		bounced = append(bounced, all[i])
	}
	c.bounced = bounced
}

func main() {
	svc := serve.New("burst-survivors")
	c := &campaign{}
	svc.Go(func() {
		for {
			c.send(svc.Size(260_000, 420_000))
			runtime.GC() // the sender's habit after a campaign
			time.Sleep(45 * time.Second)
		}
	})
	svc.HandleFunc("/bounced", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, len(c.bounced)) })
	svc.Traffic("/bounced", svc.Rate(10, 40))
	svc.Run()
}
