// Command target is the service whose captures are paid for: -goroutines parked on the stacks of a busy service,
// a live heap, and /work, which does what handlers do. /stops tells what the runtime stopped the world for until now.
// It binds to loopback only and ends when its standard input closes.
package main

import (
	"encoding/json"
	"expvar"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"time"
)

func main() {
	goroutines := flag.Int("goroutines", 10_000, "goroutines in all, once it is under load")
	spare := flag.Int("spare", 100, "of these, how many are left to connections and the runtime")
	heap := flag.Int("heap", 64, "MiB of live heap")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()

	catalogue := newCatalogue(*heap << 20)
	park(*goroutines - *spare)
	runtime.GC()
	mux := http.NewServeMux()
	mux.HandleFunc("/work", catalogue.serve)
	mux.HandleFunc("/stops", stops)
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	fmt.Printf("listening http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

type article struct {
	Name  string            `json:"name"`
	Price int               `json:"price"`
	Tags  map[string]string `json:"tags"`
	next  *article
}

// catalogue is a live heap of many small objects that point at each other, as a cache is.
type catalogue struct{ articles []*article }

const articleBytes = 512

func newCatalogue(size int) *catalogue {
	c := &catalogue{}
	for i := 0; i < size/articleBytes; i++ {
		a := &article{Name: "article " + strconv.Itoa(i), Price: i, Tags: map[string]string{"shelf": strconv.Itoa(i % 97)}}
		if i > 0 {
			a.next = c.articles[i/2]
		}
		c.articles = append(c.articles, a)
	}
	return c
}

const page = 40

// serve makes garbage and takes a few hundred microseconds, as an ordinary handler does.
func (c *catalogue) serve(w http.ResponseWriter, r *http.Request) {
	h := fnv.New32a()
	io.WriteString(h, r.URL.RawQuery)
	from := int(h.Sum32()) % len(c.articles)
	if from < 0 {
		from = -from
	}
	shown := make([]article, 0, page)
	for i := 0; i < page; i++ {
		shown = append(shown, *c.articles[(from+i*31)%len(c.articles)])
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(shown)
}

type total struct {
	Count uint64  `json:"count"`
	Ms    float64 `json:"ms"`
}

// stops sums the runtime's histograms of pauses. A pause counts as the upper edge of its bucket, so sums are
// too high by at most a quarter and never too low.
func stops(w http.ResponseWriter, _ *http.Request) {
	samples := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}, {Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(samples)
	answer := map[string]total{}
	for i, name := range []string{"other", "gc"} {
		histogram := samples[i].Value.Float64Histogram()
		var sum total
		for bucket, count := range histogram.Counts {
			if count == 0 {
				continue
			}
			edge := histogram.Buckets[bucket+1]
			if math.IsInf(edge, 1) {
				edge = histogram.Buckets[bucket]
			}
			sum.Count += count
			sum.Ms += float64(count) * edge * float64(time.Second/time.Millisecond)
		}
		answer[name] = sum
	}
	json.NewEncoder(w).Encode(answer)
}
