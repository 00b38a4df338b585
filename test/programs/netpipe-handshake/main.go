// An in-process server greets over net.Pipe. A client that dislikes the version returns without closing its end:
// one greeter in six seconds stays in its write, amid many that end well.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type server struct{ version string }

func (s *server) dial() net.Conn {
	near, far := net.Pipe()
	go s.greet(far)
	return near
}

func (s *server) greet(conn net.Conn) {
	defer conn.Close()
	fmt.Fprintf(conn, "mail %s\n", s.version)
	for i := 0; i < 3; i++ {
		time.Sleep(time.Millisecond)
		fmt.Fprintf(conn, "250-feature %d\n", i)
	}
	fmt.Fprintln(conn, "250 ready")
}

func features(conn net.Conn, old bool) (int, error) {
	lines := bufio.NewReader(conn)
	hello, err := lines.ReadString('\n')
	if err != nil {
		return 0, err
	}
	if old {
		return 0, fmt.Errorf("cannot talk to %q", hello)
	}
	defer conn.Close()
	n := 0
	for {
		if _, err := lines.ReadString('\n'); err != nil {
			return n, nil
		}
		n++
	}
}

func main() {
	svc := serve.New("netpipe-handshake")
	s := &server{version: "4.2"}
	svc.HandleFunc("/mail", func(w http.ResponseWriter, r *http.Request) {
		n, err := features(s.dial(), r.URL.Query().Has("old"))
		fmt.Fprintln(w, n, err)
	})
	svc.Traffic("/mail?n=%d", svc.Rate(20, 80))
	svc.Traffic("/mail?old&n=%d", svc.Rate(0.17, 0.33))
	svc.Run()
}
