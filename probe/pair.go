package goleakprobe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	pairName = "last-pair.tar"
	// pushedName holds the digest of the pair that was pushed last.
	pushedName = "last-pair.pushed"
	// leftoverFor is how long a pair of an earlier process is worth being told of.
	leftoverFor = 24 * time.Hour
	urgentGap   = time.Second
	// staleAfter is when a first snapshot is too old to be one half of a pair.
	staleAfter = 15 * time.Minute
)

// pairKeeper takes pairs as alarms ask for them. Only one goroutine uses it.
type pairKeeper struct {
	probe *Probe
	watch *Watch
	// first is the snapshot that waits for the second one of its pair.
	first   []file
	firstAt time.Time
	pairAt  time.Time
}

// look does what an alarm asks for.
func (k *pairKeeper) look(ctx context.Context, now time.Time, a alarm) {
	if a.level == 0 || (!k.pairAt.IsZero() && now.Sub(k.pairAt) < k.watch.Again) {
		return
	}
	if k.first == nil || now.Sub(k.firstAt) > staleAfter {
		k.take(now, a)
		return
	}
	gap := k.watch.Gap
	if a.urgent && gap > urgentGap {
		gap = urgentGap
	}
	if a.level < 2 || now.Sub(k.firstAt) < gap {
		return
	}
	before := k.first
	if !k.take(now, a) {
		return
	}
	k.pairAt = now
	pair, err := archive(before, k.first)
	if err != nil {
		k.watch.Failed(err)
		return
	}
	k.keep(ctx, pair)
}

func (k *pairKeeper) take(now time.Time, a alarm) bool {
	p := k.probe
	p.taking.Lock()
	defer p.taking.Unlock()
	s := p.take(wanted{text: true, trace: a.level == 2})
	files, err := p.files(s, &a.why)
	if err != nil {
		k.watch.Failed(err)
		return false
	}
	// Profiles lie in buffers that the next snapshot is written into.
	for i, each := range files {
		files[i].bytes = append([]byte(nil), each.bytes...)
	}
	k.first, k.firstAt = files, now
	return true
}

// keep has the pair on disk and on its way: whichever is faster may be the one that is left.
func (k *pairKeeper) keep(ctx context.Context, pair []byte) {
	if push := k.watch.Push; push != nil {
		go func() {
			if err := push.send(ctx, pair); err != nil {
				k.watch.Failed(err)
				return
			}
			k.notePushed(pair)
		}()
	}
	if err := writeWhole(k.path(pairName), pair, os.Rename); err != nil {
		k.watch.Failed(fmt.Errorf("goleakprobe: the pair was not kept: %w", err))
	}
}

// pushLeftover pushes what an earlier process kept and did not push.
func (k *pairKeeper) pushLeftover(ctx context.Context) {
	info, err := os.Stat(k.path(pairName))
	if errors.Is(err, fs.ErrNotExist) || (err == nil && (info.Size() > maxPush || time.Since(info.ModTime()) > leftoverFor)) {
		return
	}
	pair, err := os.ReadFile(k.path(pairName))
	if err != nil {
		k.watch.Failed(err)
		return
	}
	if pushed, err := os.ReadFile(k.path(pushedName)); err == nil && strings.TrimSpace(string(pushed)) == digestOf(pair) {
		return
	}
	if err := k.watch.Push.send(ctx, pair); err != nil {
		k.watch.Failed(err)
		return
	}
	k.notePushed(pair)
}

func (k *pairKeeper) notePushed(pair []byte) {
	if err := writeWhole(k.path(pushedName), []byte(digestOf(pair)+"\n"), os.Rename); err != nil {
		k.watch.Failed(err)
	}
}

func (k *pairKeeper) path(name string) string { return filepath.Join(k.watch.Dir, name) }

func digestOf(pair []byte) string {
	sum := sha256.Sum256(pair)
	return hex.EncodeToString(sum[:])
}
