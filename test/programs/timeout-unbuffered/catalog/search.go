// Package catalog searches products with a deadline.
package catalog

import (
	"errors"
	"time"
)

// Index is a product index that is sometimes slow.
type Index struct{ Slow func(n int) bool }

// Find gives up after 60 ms, but the search it started cannot.
func (x *Index) Find(n int) (string, error) {
	found := make(chan string)
	go func() {
		found <- x.scan(n)
	}()
	select {
	case name := <-found:
		return name, nil
	case <-time.After(60 * time.Millisecond):
		return "", errors.New("search timed out")
	}
}

func (x *Index) scan(n int) string {
	if x.Slow(n) {
		time.Sleep(150 * time.Millisecond)
	}
	return "product"
}
