package goleakprobe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	// maxPush is what goleak takes at most.
	maxPush      = 8 << 20
	pushAttempts = 4
	pushTimeout  = 10 * time.Second
)

// Push says where pairs are sent.
type Push struct {
	// URL is goleak's door for this instance: https://goleak.example/probe/payments-svc/payments-svc-1
	URL string
	// Token gives the bearer token. Nil: the value of GOLEAK_PROBE_TOKEN.
	Token func() string
	// Client sends. Nil: one of its own, which follows no redirect. Proxies of the environment are used.
	Client *http.Client
}

func (p Push) complete() (Push, error) {
	if err := checkPushURL(p.URL); err != nil {
		return p, err
	}
	if p.Token == nil {
		p.Token = func() string { return os.Getenv(TokenVariable) }
	}
	if p.Client == nil {
		p.Client = &http.Client{
			Timeout: pushTimeout,
			// The token is for that address and no other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return p, nil
}

// send sends a pair, and again when that may help: goleak knows a pair it has by its digest.
func (p *Push) send(ctx context.Context, pair []byte) error {
	if len(pair) > maxPush {
		return fmt.Errorf("goleakprobe: a pair of %d bytes is larger than what is taken", len(pair))
	}
	var err error
	for attempt := 0; attempt < pushAttempts; attempt++ {
		if attempt > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second << attempt):
			}
		}
		var again bool
		if again, err = p.post(ctx, pair); err == nil || !again {
			return err
		}
	}
	return err
}

func (p *Push) post(ctx context.Context, pair []byte) (again bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(pair))
	if err != nil {
		return false, errors.New("goleakprobe: the address of the push is no address")
	}
	request.Header.Set("Authorization", "Bearer "+p.Token())
	request.Header.Set("Content-Type", "application/x-tar")
	response, err := p.Client.Do(request)
	if err != nil {
		return true, fmt.Errorf("goleakprobe: the pair was not pushed: %w", err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 4<<10))
	if response.StatusCode/100 == 2 {
		return false, nil
	}
	again = response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= 500
	return again, fmt.Errorf("goleakprobe: the pair was not taken: %s", response.Status)
}
