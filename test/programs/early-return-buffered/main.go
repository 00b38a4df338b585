// Asks three carriers and returns at the first refusal; the channel has room for the late answers.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type quote struct {
	carrier string
	cents   int
	err     error
}

type desk struct{ carriers []string }

func (d *desk) best(parcel int) (quote, error) {
	answers := make(chan quote, len(d.carriers))
	for _, carrier := range d.carriers {
		go d.ask(carrier, parcel, answers)
	}
	var best quote
	for range d.carriers {
		answer := <-answers
		if answer.err != nil {
			return quote{}, answer.err
		}
		if best.carrier == "" || answer.cents < best.cents {
			best = answer
		}
	}
	return best, nil
}

func (d *desk) ask(carrier string, parcel int, answers chan<- quote) {
	time.Sleep(time.Duration(200*len(carrier)) * time.Millisecond)
	answer := quote{carrier: carrier, cents: 400 + parcel%90}
	if parcel%12 == 0 && carrier == "sea" {
		answer.err = errors.New("too heavy")
	}
	answers <- answer
}

func main() {
	svc := serve.New("early-return-buffered")
	d := &desk{carriers: []string{"sea", "road", "express"}}
	svc.HandleFunc("/quote", func(w http.ResponseWriter, r *http.Request) {
		var parcel int
		fmt.Sscan(r.URL.Query().Get("parcel"), &parcel)
		best, err := d.best(parcel)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, best.carrier, best.cents)
	})
	svc.Traffic("/quote?parcel=%d", svc.Rate(8, 30))
	svc.Run()
}
