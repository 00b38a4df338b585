// Package queue has a dot in its import path, which Go escapes in function names.
package queue

// Wait receives for ever.
func Wait(c <-chan int) { <-c }
