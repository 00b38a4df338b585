//go:build go1.23

package main

import "iter"

func numbers(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

// coroutines leaves iterators that are pulled from and never stopped.
func coroutines() []statement {
	for i := 0; i < few(7); i++ {
		next, _ := iter.Pull(numbers)
		next()
		next()
	}
	return []statement{{"runtime.corostart", few(7), few(7), "coroutine"}}
}
