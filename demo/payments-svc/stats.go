package main

import (
	"expvar"
	"net"
	"net/http"
	"sync/atomic"

	"example.com/payments/checkout"
)

// publish adds the service's own figures to /debug/vars beside memstats and cmdline.
func publish(instance string, checkouts *checkout.Handler, connections *connectionCount) {
	expvar.NewString("instance").Set(instance)
	expvar.Publish("payments_requests_total", expvar.Func(func() any { return checkouts.Requests() }))
	expvar.Publish("payments_timeouts_total", expvar.Func(func() any { return checkouts.Timeouts() }))
	expvar.Publish("payments_in_flight", expvar.Func(func() any { return checkouts.InFlight() }))
	expvar.Publish("payments_open_connections", expvar.Func(func() any { return connections.open.Load() }))
}

type connectionCount struct{ open atomic.Int64 }

func countConnections() *connectionCount { return &connectionCount{} }

func (c *connectionCount) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	}
}
