//go:build go1.25

package main

import (
	"os"
	"runtime/trace"
	"time"
)

// startFlight records into a ring, which is written out at the end.
func startFlight(out *os.File) func() {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Minute, MaxBytes: 64 << 20})
	if err := recorder.Start(); err != nil {
		panic(err)
	}
	return func() {
		if _, err := recorder.WriteTo(out); err != nil {
			panic(err)
		}
		recorder.Stop()
	}
}
