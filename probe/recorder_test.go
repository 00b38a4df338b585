//go:build go1.25

package goleakprobe

import (
	"strings"
	"testing"
)

func TestTheFlightRecorderIsReadWhenAskedFor(t *testing.T) {
	p := newProbe(t, Config{FlightRecorder: &FlightRecorder{}})
	defer p.recorder.(interface{ Stop() }).Stop()
	if members := unpack(t, ask(p, "/", token).Body.Bytes()); members["trace.out"] != nil {
		t.Error("nobody asked for a trace")
	}
	members := unpack(t, ask(p, "/?trace=1", token).Body.Bytes())
	if !strings.HasPrefix(string(members["trace.out"]), "go 1.") {
		t.Errorf("trace %.20q", members["trace.out"])
	}
	if _, err := New(Config{FlightRecorder: &FlightRecorder{}}); err == nil {
		t.Error("a second recorder was started")
	}
}
