// Leaks a goroutine a call: it sends to a channel that nobody but itself knows any more.
package main

import "example.com/proof/ground"

func answer(to chan<- int, n int) {
	to <- n
}

func main() {
	ground.Serve(func(n int) {
		go answer(make(chan int), n)
	})
}
