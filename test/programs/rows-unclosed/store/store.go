// Package store reads tables the way database/sql does.
package store

import (
	"context"
	"errors"
)

// DB is a database.
type DB struct{ Name string }

// Row is one row.
type Row struct{ ID, Cents int }

// Rows are the rows of an answer; Close it.
type Rows struct {
	ctx     context.Context
	cancel  context.CancelFunc
	next    chan Row
	current Row
}

// Query asks.
func (db *DB) Query(ctx context.Context, n int) (*Rows, error) {
	if n < 0 {
		return nil, errors.New("negative")
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &Rows{ctx: ctx, cancel: cancel, next: make(chan Row, 2)}
	fetch := r.fetch
	go fetch(n)
	return r, nil
}

func (r *Rows) fetch(n int) {
	defer close(r.next)
	for i := 0; i < n; i++ {
		select {
		case r.next <- Row{ID: i, Cents: i * 10}:
		case <-r.ctx.Done():
			return
		}
	}
}

// Next moves on.
func (r *Rows) Next() (more bool) {
	r.current, more = <-r.next
	return more
}

// Scan copies the row.
func (r *Rows) Scan(id, cents *int) error {
	*id, *cents = r.current.ID, r.current.Cents
	if r.current.ID == 5 && r.current.Cents != 50 {
		return errors.New("null")
	}
	return nil
}

// Close ends the query.
func (r *Rows) Close() { r.cancel() }
