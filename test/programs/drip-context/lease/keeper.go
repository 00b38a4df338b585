// Package lease renews leases on shards.
package lease

import (
	"context"
	"time"
)

// Keeper renews one lease until its context ends.
type Keeper struct {
	shard  int
	renew  chan int
	closed bool
}

// Hold starts renewing.
func Hold(ctx context.Context, shard int) *Keeper {
	k := &Keeper{shard: shard, renew: make(chan int)}
	go k.run(ctx)
	return k
}

func (k *Keeper) run(ctx context.Context) {
	for {
		select {
		case shard := <-k.renew:
			k.shard = shard
		case <-ctx.Done():
			k.closed = true
			return
		}
	}
}

// Work is what a shard does while it is held.
func (k *Keeper) Work() { time.Sleep(20 * time.Millisecond) }
