// Package ground serves pprof on loopback, makes a request to the service ten times a second, and ends when standard
// input closes. It has served a few before it says where it listens: nobody looks at a process in its first moment.
package ground

import (
	_ "expvar"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"time"
)

// served is how many requests came before the first look.
const served = 5

// Serve calls handle ten times a second until standard input closes.
func Serve(handle func(n int)) {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	for n := range make([]struct{}, served) {
		handle(n)
	}
	fmt.Printf("listening http://%s\n", listener.Addr())
	go func() {
		for n := served; ; n++ {
			time.Sleep(100 * time.Millisecond)
			handle(n)
		}
	}()
	log.Fatal(http.Serve(listener, nil))
}
