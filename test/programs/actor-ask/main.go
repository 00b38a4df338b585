// Two actors, each with a mailbox. Orders asks stock and waits; once, stock asks orders and waits, too. Both wait for
// ever, the mailboxes fill, and whoever asks waits for an answer.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type message struct {
	what  string
	reply chan string
}

type actor struct {
	name    string
	mailbox chan message
	peer    *actor
}

func newActor(name string) *actor { return &actor{name: name, mailbox: make(chan message, 8)} }

func (a *actor) ask(what string) string {
	m := message{what: what, reply: make(chan string, 1)}
	a.mailbox <- m
	return <-m.reply
}

func (a *actor) live() {
	for m := range a.mailbox {
		answer := a.name + " did " + m.what
		switch m.what {
		case "recount":
			time.Sleep(150 * time.Millisecond)
			answer += ", " + a.peer.ask("reserve")
		case "order":
			answer += ", " + a.peer.ask("reserve")
		}
		m.reply <- answer
	}
}

func main() {
	svc := serve.New("actor-ask")
	orders, stock := newActor("orders"), newActor("stock")
	orders.peer, stock.peer = stock, orders
	svc.Go(orders.live)
	svc.Go(stock.live)
	svc.HandleFunc("/order", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, orders.ask("order")) })
	svc.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "page") })
	svc.Go(func() {
		time.Sleep(1200 * time.Millisecond)
		for { // until it meets an order on its way
			stock.ask("recount")
		}
	})
	svc.Traffic("/order", svc.Rate(8, 25))
	svc.Traffic("/page", svc.Rate(20, 60))
	svc.Run()
}
