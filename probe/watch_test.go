package goleakprobe

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestThresholdsAreJudged(t *testing.T) {
	const mib = 1 << 20
	low := trend{lowGoroutines: 400, lowLive: 50 * mib}
	w := &Watch{LimitShare: 0.8, Goroutines: 5_000, Growth: 3}
	for name, each := range map[string]struct {
		v    vitals
		hard uint64
		want alarm
	}{
		"well":                    {vitals{goroutines: 400, live: 50 * mib}, 0, alarm{}},
		"no limit, much is held":  {vitals{live: 60 * mib, footprint: 900 * mib}, 0, alarm{}},
		"near the hard limit":     {vitals{footprint: 420 * mib}, 512 * mib, alarm{2, false, because{"limit", 420 * mib, 512 * mib}}},
		"at the hard limit":       {vitals{footprint: 500 * mib}, 512 * mib, alarm{2, true, because{"limit", 500 * mib, 512 * mib}}},
		"on its way there":        {vitals{footprint: 320 * mib}, 512 * mib, alarm{1, false, because{"limit", 320 * mib, 512 * mib}}},
		"footprint at GOMEMLIMIT": {vitals{footprint: 500 * mib, softLimit: 512 * mib}, 0, alarm{}},
		"live heap at GOMEMLIMIT": {vitals{live: 450 * mib, softLimit: 512 * mib}, 0, alarm{2, false, because{"limit", 450 * mib, 512 * mib}}},
		"too many goroutines":     {vitals{goroutines: 5_000}, 0, alarm{2, false, because{"goroutines", 5_000, 5_000}}},
		"grown goroutines":        {vitals{goroutines: 1_300}, 0, alarm{2, false, because{"goroutine-growth", 1_300, 400}}},
		"grown heap":              {vitals{live: 160 * mib}, 0, alarm{2, false, because{"heap-growth", 160 * mib, 50 * mib}}},
	} {
		if got := judge(each.v, low, w, each.hard); got != each.want {
			t.Errorf("%s: %+v, not %+v", name, got, each.want)
		}
	}
	if got := judge(vitals{goroutines: 1 << 40, live: 1 << 40, footprint: 1 << 40}, trend{}, &Watch{}, 1); got != (alarm{}) {
		t.Errorf("without thresholds: %+v", got)
	}
}

func TestTheLowestOfTenMinutesIsRemembered(t *testing.T) {
	var tr trend
	at := time.Unix(0, 0)
	for minute, goroutines := range []uint64{100, 900, 300, 800, 700, 700, 700, 700, 700, 700, 700, 700, 700} {
		tr.add(at.Add(time.Duration(minute)*time.Minute), vitals{goroutines: goroutines, live: goroutines})
		if minute == 5 && tr.lowGoroutines != 100 {
			t.Errorf("lowest of 5 minutes: %d", tr.lowGoroutines)
		}
	}
	for second := 0; second < 700; second++ {
		tr.add(at.Add(13*time.Minute+time.Duration(second)*time.Second), vitals{goroutines: 700, live: 700})
	}
	if tr.lowGoroutines != 700 || len(tr.slots) > trendSlots {
		t.Errorf("after 25 minutes: %d, %d slots", tr.lowGoroutines, len(tr.slots))
	}
}

// door stands in for goleak: it takes pairs, after refusing some.
type door struct {
	mutex    sync.Mutex
	refusals []int
	taken    [][]byte
	bearers  []string
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if len(d.refusals) > 0 {
		w.WriteHeader(d.refusals[0])
		d.refusals = d.refusals[1:]
		return
	}
	body, _ := io.ReadAll(r.Body)
	d.taken = append(d.taken, body)
	d.bearers = append(d.bearers, r.Header.Get("Authorization"))
}

func (d *door) count() int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return len(d.taken)
}

func TestAPairIsKeptAndPushed(t *testing.T) {
	dir := t.TempDir()
	goleak := &door{refusals: []int{http.StatusServiceUnavailable}}
	server := httptest.NewServer(goleak)
	defer server.Close()
	park(t, 200)
	p := newProbe(t, Config{Watch: &Watch{
		Dir: dir, Goroutines: 100, Every: 5 * time.Millisecond, Gap: 20 * time.Millisecond, Again: time.Hour,
		Push:   &Push{URL: server.URL + "/probe/payments-svc/one", Token: func() string { return token }},
		Failed: func(err error) { t.Log(err) },
	}})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	p.Start(ctx)
	p.Start(ctx)
	until(t, func() bool {
		_, err := os.Stat(filepath.Join(dir, pushedName))
		return err == nil && goleak.count() == 1
	})
	pair, err := os.ReadFile(filepath.Join(dir, pairName))
	if err != nil || string(pair) != string(goleak.taken[0]) || goleak.bearers[0] != "Bearer "+token {
		t.Fatalf("kept %d bytes, pushed %d: %v", len(pair), len(goleak.taken[0]), err)
	}
	members := unpack(t, pair)
	first, second := cluesIn(t, members, "0/clues.json"), cluesIn(t, members, "1/clues.json")
	if first.Began >= second.Began || second.Because == nil || second.Because.Kind != "goroutines" {
		t.Errorf("%+v\n%+v", first, second)
	}
	if len(members["1/goroutine.pb.gz"]) == 0 || len(members["0/heap.pb.gz"]) == 0 {
		t.Errorf("members %v", len(members))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v are left beside the pair: %v", entries, err)
	}
}

func TestWhatADeadProcessLeftBehindIsPushedOnce(t *testing.T) {
	dir := t.TempDir()
	goleak := &door{}
	server := httptest.NewServer(goleak)
	defer server.Close()
	if err := os.WriteFile(filepath.Join(dir, pairName), []byte("a pair"), 0o600); err != nil {
		t.Fatal(err)
	}
	watch := &Watch{Dir: dir, Every: time.Hour, Push: &Push{URL: server.URL, Token: func() string { return token }}}
	for range []int{1, 2} {
		p := newProbe(t, Config{Watch: watch})
		keeper := &pairKeeper{probe: p, watch: p.config.Watch}
		keeper.pushLeftover(context.Background())
	}
	if goleak.count() != 1 || string(goleak.taken[0]) != "a pair" {
		t.Errorf("pushed %d times", goleak.count())
	}
}

func TestAPushThatIsRefusedForGoodIsNotRepeated(t *testing.T) {
	goleak := &door{refusals: []int{http.StatusUnauthorized, http.StatusUnauthorized}}
	server := httptest.NewServer(goleak)
	defer server.Close()
	push, err := Push{URL: server.URL}.complete()
	if err != nil {
		t.Fatal(err)
	}
	if err := push.send(context.Background(), []byte("pair")); err == nil || goleak.count() != 0 || len(goleak.refusals) != 1 {
		t.Errorf("%v, %d taken, %d refusals left", err, goleak.count(), len(goleak.refusals))
	}
	if err := push.send(context.Background(), make([]byte, maxPush+1)); err == nil {
		t.Error("a large one was sent")
	}
}

func TestTheTokenIsNotSentWhereARedirectLeads(t *testing.T) {
	elsewhere := &door{}
	there := httptest.NewServer(elsewhere)
	defer there.Close()
	here := httptest.NewServer(http.RedirectHandler(there.URL, http.StatusTemporaryRedirect))
	defer here.Close()
	push, err := Push{URL: here.URL, Token: func() string { return token }}.complete()
	if err != nil {
		t.Fatal(err)
	}
	if err := push.send(context.Background(), []byte("pair")); err == nil || elsewhere.count() != 0 {
		t.Errorf("%v, %d elsewhere", err, elsewhere.count())
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	dir := t.TempDir()
	for name, config := range map[string]Config{
		"no folder":       {Watch: &Watch{}},
		"missing folder":  {Watch: &Watch{Dir: filepath.Join(dir, "none")}},
		"a share of 2":    {Watch: &Watch{Dir: dir, LimitShare: 2}},
		"a cost of 2":     {CostShare: 2},
		"credentials":     {Watch: &Watch{Dir: dir, Push: &Push{URL: "https://a:b@goleak.example/probe/x/y"}}},
		"another scheme":  {Watch: &Watch{Dir: dir, Push: &Push{URL: "file:///etc/passwd"}}},
		"a negative time": {Watch: &Watch{Dir: dir, Every: -time.Second}},
	} {
		if _, err := New(config); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func until(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatal("it did not come to that")
}
