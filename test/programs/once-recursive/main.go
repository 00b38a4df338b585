// Loads settings once; loading needs a setting, which asks for the settings: the first caller waits
// for itself and everybody else for the first.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"example.com/programs/internal/serve"
)

type settings struct {
	once   sync.Once
	values map[string]string
}

func (s *settings) get(key string) string {
	s.once.Do(s.load)
	return s.values[key]
}

func (s *settings) load() {
	s.values = map[string]string{"region": "eu"}
	if s.get("region") == "" {
		s.values["region"] = "us"
	}
}

func main() {
	svc := serve.New("once-recursive")
	config := &settings{}
	svc.HandleFunc("/region", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, config.get("region"))
	})
	svc.HandleFunc("/ping", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "pong") })
	svc.Traffic("/region", svc.Rate(1.5, 8))
	svc.Traffic("/ping", svc.Rate(15, 60))
	svc.Run()
}
