//go:build go1.23

package main

import "iter"

func counting(yield func(int) bool) {
	for n := 0; yield(n); n++ {
	}
}

func iterators() {
	for i := 0; i < 2; i++ {
		next, stop := iter.Pull(counting)
		next()
		kept = append(kept, stop)
	}
	expect(animal{Function: "main.counting", CreatedBy: "iter.Pull[...]", State: "coroutine", Family: "coroutine", Count: 2})
}
