package goleakprobe

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// TokenVariable names the environment variable that holds the token of the zero Config.
const TokenVariable = "GOLEAK_PROBE_TOKEN"

const (
	defaultDumpUpTo  = 2_000
	defaultPerMinute = 6
	defaultCostShare = 0.01
	// maxAnswer bounds what one snapshot may weigh, and so what it may cost in memory.
	maxAnswer = 32 << 20
)

// Config says who may ask a probe, and what it may cost. The zero value is a good one.
type Config struct {
	// Token gives the bearer token that whoever asks must send; an empty one closes the door. Nil: the value of
	// GOLEAK_PROBE_TOKEN. It is called for every request, so that a token can be changed without a restart.
	Token func() string
	// MutualTLS lets in, without a token, whoever shows a certificate that the server has verified.
	MutualTLS bool
	// DumpUpTo is the number of goroutines up to which full stacks are written, because the world stands still for
	// about 8 µs for each of them. 0: 2,000; negative: never.
	DumpUpTo int
	// PerMinute bounds snapshots that are asked for by HTTP. 0: 6.
	PerMinute int
	// CostShare is the part of its time that the process may spend on snapshots: after one that took 20 ms, a share of
	// 0.01 allows the next after 2 s. 0: 0.01.
	CostShare float64
	// Numbers gives figures of the program's load, such as requests in flight. They stand beside MemStats, so that
	// goroutines which merely follow the load are told from those that leak.
	Numbers func() map[string]float64
	// FlightRecorder keeps the last seconds of the execution trace at hand. Go 1.25 or newer; refused by older ones.
	FlightRecorder *FlightRecorder
	// Watch has the probe look at the process by itself; see [Probe.Start].
	Watch *Watch
}

// FlightRecorder bounds the execution trace that is kept; see runtime/trace.FlightRecorderConfig.
type FlightRecorder struct {
	// MinAge is how far back it reaches at least. 0: 5 s.
	MinAge time.Duration
	// MaxBytes bounds it. 0: 4 MiB.
	MaxBytes uint64
}

// Probe takes snapshots of its own process. It is safe for concurrent use; one snapshot is taken at a time.
type Probe struct {
	config   Config
	build    buildInfo
	recorder recorder
	gate     gate
	// taking is held while a snapshot is taken: it owns buffers.
	taking  sync.Mutex
	buffers buffers
	started sync.Once
}

// New makes a probe, or says what is wrong with its configuration.
func New(config Config) (*Probe, error) {
	if config.Token == nil {
		config.Token = func() string { return os.Getenv(TokenVariable) }
	}
	if config.DumpUpTo == 0 {
		config.DumpUpTo = defaultDumpUpTo
	}
	if config.PerMinute == 0 {
		config.PerMinute = defaultPerMinute
	}
	if config.CostShare == 0 {
		config.CostShare = defaultCostShare
	}
	if config.PerMinute < 0 || config.CostShare < 0 || config.CostShare > 1 {
		return nil, errors.New("goleakprobe: PerMinute must not be negative, and CostShare is a part of 1")
	}
	if config.Watch != nil {
		watch, err := config.Watch.complete()
		if err != nil {
			return nil, err
		}
		config.Watch = &watch
	}
	p := &Probe{config: config, build: readBuild()}
	p.gate = gate{perMinute: config.PerMinute, costShare: config.CostShare}
	if config.FlightRecorder != nil {
		recorder, err := startRecorder(*config.FlightRecorder)
		if err != nil {
			return nil, err
		}
		p.recorder = recorder
	}
	return p, nil
}

// Handler is the handler of a probe with the zero [Config].
func Handler() http.Handler {
	p, err := New(Config{})
	if err != nil {
		// The zero Config is complete.
		panic(err)
	}
	return p.Handler()
}

func checkPushURL(text string) error {
	target, err := url.Parse(text)
	if err != nil || target.Host == "" || (target.Scheme != "https" && target.Scheme != "http") || target.User != nil {
		return fmt.Errorf("goleakprobe: Push.URL must be an http or https address without credentials")
	}
	return nil
}
