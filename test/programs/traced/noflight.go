//go:build !go1.25

package main

import "os"

func startFlight(*os.File) func() { panic("there is no flight recorder before Go 1.25") }
