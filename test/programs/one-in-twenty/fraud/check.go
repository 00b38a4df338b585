// Package fraud scores payments.
package fraud

import "time"

// Checker scores one payment after the other.
type Checker struct{ scores chan int }

// Start scores a payment and hands the score over when it is asked for.
func Start(payment int) *Checker {
	c := &Checker{scores: make(chan int)}
	go c.score(payment)
	return c
}

func (c *Checker) score(payment int) {
	time.Sleep(time.Millisecond)
	c.scores <- payment % 100
}

// Score waits until somebody has looked at the payment for a while.
func (c *Checker) Score() int {
	time.Sleep(700 * time.Millisecond)
	return <-c.scores
}
