// A call that is refused returns without taking its context.AfterFunc back: the deferred cancel starts it, and it
// offers the bill on a channel nobody reads any more.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/programs/internal/serve"
)

type call struct {
	number int
	began  time.Time
	hungUp chan time.Duration
}

func (c *call) bill() {
	c.hungUp <- time.Since(c.began)
}

var errRefused = errors.New("refused")

func connect(parent context.Context, number int, refuse bool) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(parent, 25*time.Millisecond)
	defer cancel()
	c := &call{number: number, began: time.Now(), hungUp: make(chan time.Duration)}
	takeBack := context.AfterFunc(ctx, c.bill)
	if refuse {
		return 0, errRefused
	}
	if number%4 == 0 {
		return <-c.hungUp, nil // talks until the time is over
	}
	time.Sleep(4 * time.Millisecond)
	takeBack()
	return time.Since(c.began), nil
}

func main() {
	svc := serve.New("afterfunc-audit")
	svc.HandleFunc("/call/", func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.URL.Query().Get("n"))
		took, err := connect(context.Background(), number, r.URL.Path == "/call/refused")
		fmt.Fprintln(w, took, err)
	})
	svc.Traffic("/call/?n=%d", svc.Rate(25, 90))
	svc.Traffic("/call/refused?n=%d", svc.Rate(0.4, 1.5))
	svc.Run()
}
