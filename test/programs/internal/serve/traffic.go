package serve

import (
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Requests waiting for an answer at one time; more are dropped, as a load balancer would.
const maxOutstanding = 64

// traffic is an open-loop load generator: it does not slow down because the service does.
type traffic struct {
	client      *http.Client
	url         string
	perSecond   func() float64
	outstanding atomic.Int64
}

// Traffic sends requests to one of the service's own paths; "%d" in it becomes the request's number.
func (s *Service) Traffic(path string, perSecond float64) {
	s.TrafficAt(path, func() float64 { return perSecond })
}

// TrafficAt is Traffic whose rate changes with time.
func (s *Service) TrafficAt(path string, perSecond func() float64) {
	s.TrafficWith(path, 2*time.Second, perSecond)
}

// TrafficWith is TrafficAt with the patience of the callers.
func (s *Service) TrafficWith(path string, patience time.Duration, perSecond func() float64) {
	s.Go(func() {
		transport := &http.Transport{MaxIdleConnsPerHost: 16}
		t := &traffic{
			client:    &http.Client{Timeout: patience, Transport: transport},
			url:       s.URL() + path,
			perSecond: perSecond,
		}
		t.generate()
	})
}

func (t *traffic) generate() {
	for n := 0; ; n++ {
		rate := t.perSecond()
		if rate <= 0 {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		pause := time.Duration((0.5 + rand.Float64()) / rate * float64(time.Second))
		time.Sleep(pause)
		if t.outstanding.Load() < maxOutstanding {
			t.outstanding.Add(1)
			go t.request(n)
		}
	}
}

func (t *traffic) request(n int) {
	defer t.outstanding.Add(-1)
	url := t.url
	if strings.Contains(url, "%d") {
		url = fmt.Sprintf(url, n)
	}
	response, err := t.client.Get(url)
	if err != nil {
		return
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}
