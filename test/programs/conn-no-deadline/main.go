// A telemetry listener reads without a deadline; devices that fall silent keep their goroutine.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/programs/internal/serve"
)

var received atomic.Int64

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go readDevice(conn)
	}
}

func readDevice(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		received.Add(1)
	}
}

// devices says hello and, one in three, goes out of range without closing.
func devices(address string, perSecond float64) {
	var lost []net.Conn
	for n := 0; ; n++ {
		time.Sleep(time.Duration(float64(time.Second) / perSecond))
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		fmt.Fprintln(conn, "temperature 21")
		if n%3 == 0 {
			lost = append(lost, conn)
			continue
		}
		conn.Close()
	}
}

func main() {
	svc := serve.New("conn-no-deadline")
	address := ""
	if !svc.InHelper() {
		listener := listen()
		address = listener.Addr().String()
		svc.Go(func() { accept(listener) })
	}
	svc.Beside("devices", address, func(target string) { devices(target, svc.Rate(4, 20)) })
	svc.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, received.Load()) })
	svc.Traffic("/count", svc.Rate(10, 40))
	svc.Run()
}
