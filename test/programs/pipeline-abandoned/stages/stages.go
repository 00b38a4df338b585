// Package stages is a two-stage pipeline over integers.
package stages

// Numbers emits 0..n-1.
func Numbers(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := 0; i < n; i++ {
			out <- i
		}
	}()
	return out
}

// Square emits the squares of what comes in.
func Square(in <-chan int) <-chan int {
	out := make(chan int)
	go square(in, out)
	return out
}

func square(in <-chan int, out chan<- int) {
	defer close(out)
	for n := range in {
		out <- n * n
	}
}
