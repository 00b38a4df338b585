package serve

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

const (
	roleVariable   = "PROGRAM_ROLE"
	targetVariable = "PROGRAM_TARGET"
)

// Upstream serves handler from a second process, so that only this program's side of a connection
// shows in its dumps, and returns the URL.
func (s *Service) Upstream(handler http.Handler) string {
	if os.Getenv(roleVariable) == "upstream" {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("listening %s\n", listener.Addr())
		go exitWithStdin()
		log.Fatal(http.Serve(listener, handler))
	}
	out := s.spawn("upstream", "")
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		log.Fatal(err)
	}
	return "http://" + strings.TrimSpace(strings.TrimPrefix(line, "listening "))
}

// Beside runs part in a second process, given this program's address.
func (s *Service) Beside(role, target string, part func(target string)) {
	if os.Getenv(roleVariable) == role {
		go exitWithStdin()
		part(os.Getenv(targetVariable))
		select {}
	}
	s.spawn(role, target)
}

// InHelper tells whether this is a helper process, which must not open listeners of its own.
func (s *Service) InHelper() bool { return os.Getenv(roleVariable) != "" }

func (s *Service) spawn(role, target string) io.Reader {
	load := "low"
	if s.high {
		load = "high"
	}
	command := exec.Command("/proc/self/exe", "-load", load)
	command.Env = append(os.Environ(), roleVariable+"="+role, targetVariable+"="+target)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		log.Fatal(err)
	}
	s.helpers = append(s.helpers, in) // collected, it would close and end the helper
	out, err := command.StdoutPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := command.Start(); err != nil {
		log.Fatal(err)
	}
	return out
}
