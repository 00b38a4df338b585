// Package goleakprobe takes every clue to a leak inside the process, back to back, and serves them as one answer.
//
// Asked over HTTP, a goroutine dump, a heap profile and MemStats are moments apart, and a dump of stacks may stop the
// world several times. In here they are taken one after another, without an encoder, a file or a network in between, and
// stamped by one monotonic clock. One line mounts it beside net/http/pprof:
//
//	http.Handle("/debug/goleak", goleakprobe.Handler())
//
// It answers only who sends the token of the environment variable GOLEAK_PROBE_TOKEN. [New] takes everything else: mutual
// TLS, limits, a flight recorder, and a watch over the process that keeps the last good pair of snapshots on disk and
// pushes it to goleak before the process runs out of memory.
//
// The answer is a tar archive of ordinary artefacts (pprof profiles, MemStats, stacks) and of clues.json, which says when
// each was taken. Neither the command line nor the environment is in it, and of the build only what identifies it.
package goleakprobe
