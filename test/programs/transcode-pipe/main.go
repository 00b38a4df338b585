// Runs a converter in the manner of os/exec, its output through an OS pipe. An unsupported format returns before the
// write end is closed, the registry keeps that end, and the reader waits for an end of file that never comes.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"

	"example.com/programs/internal/serve"
)

type converter struct {
	mu      sync.Mutex
	running map[*os.File]string
}

type output struct {
	lines int
	ended chan struct{}
}

func (o *output) scan(from *os.File) {
	defer close(o.ended)
	defer from.Close()
	in := bufio.NewScanner(from)
	for in.Scan() {
		o.lines++
	}
}

func (c *converter) run(file string) (int, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	c.running[writer] = file
	c.mu.Unlock()
	out := &output{ended: make(chan struct{})}
	go out.scan(reader)
	if strings.HasSuffix(file, ".flac") {
		return 0, errors.New("unsupported format")
	}
	for i := 0; i < 20; i++ {
		fmt.Fprintln(writer, "frame", i)
	}
	c.mu.Lock()
	delete(c.running, writer)
	c.mu.Unlock()
	writer.Close()
	<-out.ended
	return out.lines, nil
}

func main() {
	svc := serve.New("transcode-pipe")
	c := &converter{running: map[*os.File]string{}}
	svc.HandleFunc("/convert", func(w http.ResponseWriter, r *http.Request) {
		lines, err := c.run(r.URL.Query().Get("file"))
		fmt.Fprintln(w, lines, err)
	})
	svc.Traffic("/convert?file=%d.mp3", svc.Rate(12, 60))
	svc.Traffic("/convert?file=%d.flac", svc.Rate(0.2, 0.8))
	svc.Run()
}
