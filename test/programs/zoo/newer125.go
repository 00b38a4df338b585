//go:build go1.25

package main

import "sync"

func newer() {
	iterators()
	startedBySync()
}

func member(c <-chan int) { <-c }

var members sync.WaitGroup

func startedBySync() {
	for i := 0; i < 2; i++ {
		members.Go(func() { member(make(chan int)) })
	}
	expect(animal{Function: "main.member", CreatedBy: "sync.(*WaitGroup).Go", State: "chan receive", Family: "chan-receive", Count: 2})
}
