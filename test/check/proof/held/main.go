// Leaks a goroutine a call: it sends to a channel that nobody receives from, and that a package variable still knows. The
// runtime cannot tell that nobody ever will.
package main

import "example.com/proof/ground"

var subscribers []chan int

func announce(to chan<- int, n int) {
	to <- n
}

func main() {
	ground.Serve(func(n int) {
		subscriber := make(chan int)
		subscribers = append(subscribers, subscriber)
		go announce(subscriber, n)
	})
}
