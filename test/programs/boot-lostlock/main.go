// While starting, the registry returns on a bad entry without unlocking: nine plug-ins wait for its lock for ever.
// Nothing asks for it again later.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/programs/internal/serve"
)

type registry struct {
	sync.Mutex
	names []string
}

func (r *registry) attach(name string) error {
	time.Sleep(time.Duration(len(name)) * 20 * time.Millisecond)
	r.Lock()
	if name == "x" {
		return fmt.Errorf("name %q is too short", name)
	}
	r.names = append(r.names, name)
	r.Unlock()
	return nil
}

func boot(r *registry) {
	for _, name := range []string{"x", "mail", "sms", "fax", "push", "voice", "telex", "signal", "matrix", "carrier-pigeon"} {
		go r.attach(name)
	}
}

func main() {
	svc := serve.New("boot-lostlock")
	r := &registry{}
	svc.Go(func() { boot(r) })
	var served sync.Map
	svc.HandleFunc("/send", func(w http.ResponseWriter, req *http.Request) {
		served.Store(req.URL.Query().Get("to"), time.Now())
		time.Sleep(3 * time.Millisecond)
		fmt.Fprintln(w, "sent")
	})
	svc.Traffic("/send?to=a", svc.Rate(25, 90))
	svc.Run()
}
