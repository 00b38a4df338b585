package goleakprobe

import "io"

// recorder is a flight recorder, where this Go has one.
type recorder interface {
	WriteTo(w io.Writer) (int64, error)
}
