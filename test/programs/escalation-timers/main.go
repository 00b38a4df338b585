// Every ticket sets an alarm with time.AfterFunc; those closed by mail never stop theirs, and when it rings it waits
// for a pager that is not listening.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type ticket struct {
	id    string
	pager chan<- string
	alarm *time.Timer
}

func open(id string, pager chan<- string) *ticket {
	t := &ticket{id: id, pager: pager}
	t.alarm = time.AfterFunc(300*time.Millisecond, t.escalate)
	return t
}

func (t *ticket) escalate() { t.pager <- t.id }

func main() {
	svc := serve.New("escalation-timers")
	svc.HandleFunc("/ticket", func(w http.ResponseWriter, r *http.Request) {
		pages := make(chan string)
		t := open(r.URL.Query().Get("id"), pages)
		switch r.URL.Query().Get("by") {
		case "mail":
			fmt.Fprintln(w, "closed by mail")
		case "pager":
			fmt.Fprintln(w, "paged", <-pages)
		default:
			time.Sleep(5 * time.Millisecond)
			t.alarm.Stop()
			fmt.Fprintln(w, "solved")
		}
	})
	svc.Traffic("/ticket?id=%d", svc.Rate(20, 60))
	svc.Traffic("/ticket?by=pager&id=%d", svc.Rate(3, 12))
	svc.Traffic("/ticket?by=mail&id=%d", svc.Rate(4, 20))
	svc.Run()
}
