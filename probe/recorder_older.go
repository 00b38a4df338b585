//go:build !go1.25

package goleakprobe

import "errors"

func startRecorder(FlightRecorder) (recorder, error) {
	return nil, errors.New("goleakprobe: a flight recorder needs Go 1.25 or newer")
}
