// Package jobs runs work that an operator can abort with a signal.
package jobs

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// Runner runs one job.
type Runner struct {
	Name    string
	aborted atomic.Bool
}

// Run works in small steps until done or aborted.
func (r *Runner) Run(steps int) int {
	operator := make(chan os.Signal, 1)
	signal.Notify(operator, syscall.SIGUSR2)
	go func() {
		<-operator
		r.aborted.Store(true)
	}()
	done := 0
	for ; done < steps && !r.aborted.Load(); done++ {
		time.Sleep(2 * time.Millisecond)
	}
	return done
}
