//go:build go1.25

package goleakprobe

import (
	"fmt"
	"runtime/trace"
	"time"
)

// startRecorder starts the one flight recorder a process can have.
func startRecorder(config FlightRecorder) (recorder, error) {
	if config.MinAge == 0 {
		config.MinAge = 5 * time.Second
	}
	if config.MaxBytes == 0 {
		config.MaxBytes = 4 << 20
	}
	flight := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: config.MinAge, MaxBytes: config.MaxBytes})
	if err := flight.Start(); err != nil {
		return nil, fmt.Errorf("goleakprobe: the flight recorder did not start: %w", err)
	}
	return flight, nil
}
