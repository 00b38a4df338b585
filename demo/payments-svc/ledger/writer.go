// Package ledger writes entries to the books. Accounts whose number ends in 9 live on a cold shard
// that answers too late for a checkout: there the leak begins.
package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
)

// ErrTimeout says that the books did not confirm in time; the entry may still be written.
var ErrTimeout = errors.New("ledger: not confirmed in time")

const (
	warmShard = 2 * time.Millisecond
	coldShard = 150 * time.Millisecond
)

// Entry is one line of the books, with the request body it came from.
type Entry struct {
	Account string
	Body    []byte
}

// Receipt confirms an entry.
type Receipt [sha256.Size]byte

// Writer writes entries, each in a goroutine of its own.
type Writer struct {
	warm, cold time.Duration
	room       int
}

// NewWriter connects to the books. A mended one leaves room for a receipt nobody waits for any more.
func NewWriter(mended bool) *Writer {
	writer := &Writer{warm: warmShard, cold: coldShard}
	if mended {
		writer.room = 1
	}
	return writer
}

// Post writes an entry and waits for its receipt, but no longer than the context allows.
//
// The bug: confirmed has no buffer, and after a timeout nobody receives from it.
// `make(chan Receipt, 1)` cures this service, as -mended does.
func (w *Writer) Post(ctx context.Context, entry Entry) (Receipt, error) {
	confirmed := make(chan Receipt, w.room)
	go w.flush(entry, confirmed)
	select {
	case receipt := <-confirmed:
		return receipt, nil
	case <-ctx.Done():
		return Receipt{}, ErrTimeout
	}
}

// flush writes one entry and sends its receipt. The entry stays reachable until the receipt is taken.
func (w *Writer) flush(entry Entry, confirmed chan<- Receipt) {
	if strings.HasSuffix(entry.Account, "9") {
		time.Sleep(w.cold)
	} else {
		time.Sleep(w.warm)
	}
	receipt := Receipt(sha256.Sum256(entry.Body))
	confirmed <- receipt
	entry.archive()
}

// archive is what still needs the body once the entry is confirmed.
//
//go:noinline
func (e Entry) archive() { clear(e.Body) }
