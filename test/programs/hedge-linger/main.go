// Takes the faster of two answers; the slower one arrives 6 to 14 seconds later and finds room in the channel's
// buffer. Many linger at any time, and all of them end: healthy.
package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type answer struct{ from string }

func near(to chan<- answer) {
	time.Sleep(2 * time.Millisecond)
	to <- answer{"near"}
}

func archive(to chan<- answer) {
	time.Sleep(6*time.Second + time.Duration(rand.Intn(8000))*time.Millisecond)
	to <- answer{"archive"}
}

func main() {
	svc := serve.New("hedge-linger")
	svc.HandleFunc("/find", func(w http.ResponseWriter, _ *http.Request) {
		answers := make(chan answer, 2)
		go near(answers)
		go archive(answers)
		fmt.Fprintln(w, (<-answers).from)
	})
	svc.Traffic("/find", svc.Rate(2, 8))
	svc.Run()
}
