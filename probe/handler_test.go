package goleakprobe

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestEveryClueIsInTheAnswerAndSaysWhenItWasTaken(t *testing.T) {
	p := newProbe(t, Config{Numbers: func() map[string]float64 { return map[string]float64{"in_flight": 7} }})
	response := ask(p, "/debug/goleak", token)
	if response.Code != http.StatusOK || response.Header().Get("Content-Type") != "application/x-tar" {
		t.Fatalf("%d %s", response.Code, response.Body)
	}
	members := unpack(t, response.Body.Bytes())
	m := cluesIn(t, members, "clues.json")
	if m.Schema != schema || m.Goroutines < 1 || m.Build.Go == "" || len(m.Began) < 19 {
		t.Errorf("manifest %+v", m)
	}
	wanted := []string{"goroutine-text", "memstats", "runtime", "host", "heap", "goroutine"}
	if len(m.Clues) != len(wanted) {
		t.Fatalf("clues %+v", m.Clues)
	}
	var before int64
	for i, c := range m.Clues {
		if c.Name != wanted[i] || c.LeftOut != "" {
			t.Errorf("clue %d is %+v, wanted %s", i, c, wanted[i])
		}
		if c.From < before || c.To < c.From {
			t.Errorf("%s is stamped [%d,%d], after %d", c.Name, c.From, c.To, before)
		}
		before = c.To
		if _, ok := members[c.File]; !ok {
			t.Errorf("no file %s", c.File)
		}
	}
	if text := inflated(t, members["goroutines.txt.gz"]); !strings.Contains(text, "goroutine ") || !strings.HasSuffix(text, "\n") {
		t.Errorf("stacks %.200s", text)
	}
	for _, name := range []string{"heap.pb.gz", "goroutine.pb.gz"} {
		if inflated(t, members[name]) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	var memory struct {
		Memstats struct{ HeapAlloc, NumGC uint64 } `json:"memstats"`
		InFlight float64                           `json:"in_flight"`
	}
	if err := json.Unmarshal(members["memstats.json"], &memory); err != nil || memory.Memstats.HeapAlloc == 0 || memory.InFlight != 7 {
		t.Errorf("memstats %+v %v", memory, err)
	}
	if !strings.Contains(string(members["runtime.txt"]), "/gc/gomemlimit:bytes ") {
		t.Errorf("runtime figures: %.300s", members["runtime.txt"])
	}
}

// stuck is a client that takes the header and reads no further.
type stuck struct {
	http.ResponseWriter
	reached, release chan struct{}
}

func (s *stuck) Write(part []byte) (int, error) {
	close(s.reached)
	<-s.release
	return s.ResponseWriter.Write(part)
}

func TestAClientThatDoesNotReadKeepsNobodyWaiting(t *testing.T) {
	p := newProbe(t, Config{})
	slow := &stuck{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	request := httptest.NewRequest(http.MethodGet, "/debug/goleak", nil)
	request.Header.Set("Authorization", "Bearer "+token)
	served := make(chan struct{})
	go func() { p.Handler().ServeHTTP(slow, request); close(served) }()
	<-slow.reached
	if response := ask(p, "/debug/goleak", token); response.Code != http.StatusOK {
		t.Errorf("meanwhile: %d %s", response.Code, response.Body)
	}
	close(slow.release)
	<-served
}

func TestOnlyWhoHasTheTokenIsAnswered(t *testing.T) {
	p := newProbe(t, Config{})
	for name, bearer := range map[string]string{
		"none": "", "another": "another", "a part": token[:5], "with more": token + "x", "endless": strings.Repeat("x", 10_000),
	} {
		if response := ask(p, "/debug/goleak", bearer); response.Code != http.StatusUnauthorized {
			t.Errorf("token %s: %d", name, response.Code)
		}
	}
	if response := ask(newProbe(t, Config{Token: func() string { return "" }}), "/", " "); response.Code != http.StatusUnauthorized {
		t.Errorf("without a token set: %d", response.Code)
	}
	basic := httptest.NewRequest(http.MethodGet, "/", nil)
	basic.Header.Set("Authorization", "Basic "+token)
	response := httptest.NewRecorder()
	p.Handler().ServeHTTP(response, basic)
	if response.Code != http.StatusUnauthorized {
		t.Errorf("basic: %d", response.Code)
	}
}

func TestTheZeroHandlerReadsItsTokenFromTheEnvironment(t *testing.T) {
	t.Setenv(TokenVariable, "from-the-environment")
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header.Set("Authorization", "bearer from-the-environment")
	response := httptest.NewRecorder()
	Handler().ServeHTTP(response, request)
	if response.Code != http.StatusOK {
		t.Errorf("%d %s", response.Code, response.Body)
	}
}

func TestAVerifiedCertificateTakesTheTokensPlace(t *testing.T) {
	serve := func(config Config, state *tls.ConnectionState) int {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.TLS = state
		response := httptest.NewRecorder()
		newProbe(t, config).Handler().ServeHTTP(response, request)
		return response.Code
	}
	verified := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{{}}}}
	shown := &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{}}}
	if code := serve(Config{MutualTLS: true}, verified); code != http.StatusOK {
		t.Errorf("verified: %d", code)
	}
	if code := serve(Config{MutualTLS: true}, shown); code != http.StatusUnauthorized {
		t.Errorf("shown, not verified: %d", code)
	}
	if code := serve(Config{}, verified); code != http.StatusUnauthorized {
		t.Errorf("not configured: %d", code)
	}
}

func TestFullStacksAreLeftOutAboveTheCapAndWhenNotWanted(t *testing.T) {
	park(t, 50)
	for name, each := range map[string]struct {
		upTo   int
		target string
		why    string
	}{
		"cap":      {10, "/", "full stacks are written up to 10"},
		"off":      {-1, "/", "switched off"},
		"unwanted": {0, "/?text=0", "not asked for"},
	} {
		members := unpack(t, ask(newProbe(t, Config{DumpUpTo: each.upTo}), each.target, token).Body.Bytes())
		if _, ok := members["goroutines.txt.gz"]; ok {
			t.Errorf("%s: there are stacks", name)
		}
		if m := cluesIn(t, members, "clues.json"); !strings.Contains(m.Clues[0].LeftOut, each.why) {
			t.Errorf("%s: %+v", name, m.Clues[0])
		}
		if len(members["goroutine.pb.gz"]) == 0 {
			t.Errorf("%s: there is no goroutine profile", name)
		}
	}
}

func TestWhoAsksTooOftenIsToldWhenToComeAgain(t *testing.T) {
	p := newProbe(t, Config{PerMinute: 2})
	codes := []int{}
	for range []int{1, 2, 3} {
		codes = append(codes, ask(p, "/", token).Code)
	}
	if codes[0] != 200 || codes[1] != 200 || codes[2] != 429 {
		t.Errorf("%v", codes)
	}
	dear := newProbe(t, Config{CostShare: 0.000_001})
	ask(dear, "/", token)
	response := ask(dear, "/", token)
	if response.Code != http.StatusTooManyRequests || response.Header().Get("Retry-After") == "" {
		t.Errorf("after a dear one: %d", response.Code)
	}
	p.taking.Lock()
	defer p.taking.Unlock()
	if response := ask(p, "/", token); response.Code != http.StatusTooManyRequests {
		t.Errorf("while one is taken: %d", response.Code)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	response := httptest.NewRecorder()
	newProbe(t, Config{}).Handler().ServeHTTP(response, httptest.NewRequest(http.MethodPost, "/", nil))
	if response.Code != http.StatusMethodNotAllowed || response.Header().Get("Allow") != http.MethodGet {
		t.Errorf("%d %v", response.Code, response.Header())
	}
}

// Neither the environment nor the command line may be in an answer, wherever somebody would look for it.
func TestNoSecretOfTheProcessIsInTheAnswer(t *testing.T) {
	const planted = "planted-secret-5f1c9"
	t.Setenv("DATABASE_PASSWORD", planted)
	before := os.Args
	os.Args = append([]string{}, append(before, "-password="+planted)...)
	defer func() { os.Args = before }()
	for name, content := range unpack(t, ask(newProbe(t, Config{}), "/?trace=1", token).Body.Bytes()) {
		if strings.HasSuffix(name, ".gz") {
			content = []byte(inflated(t, content))
		}
		if bytes.Contains(content, []byte(planted)) || bytes.Contains(content, []byte("cmdline")) {
			t.Errorf("%s holds what it must not", name)
		}
	}
}

func inflated(t testing.TB, packed []byte) string {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Whatever is asked: nothing is answered but what the contract says, and only to who has the token.
func FuzzHandler(f *testing.F) {
	f.Add("GET", "/debug/goleak", "", "Bearer "+token)
	f.Add("GET", "/debug/goleak", "text=0&trace=1", "bearer "+token)
	f.Add("POST", "/", "text=%zz", "Basic x")
	f.Add("GET", "/", ";;;text=0;text=1&&", "Bearer")
	p := newProbe(f, Config{})
	f.Fuzz(func(t *testing.T, method, path, query, authorization string) {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Method, request.URL.Path, request.URL.RawQuery = method, path, query
		request.Header.Set("Authorization", authorization)
		response := httptest.NewRecorder()
		p.Handler().ServeHTTP(response, request)
		scheme, given, _ := strings.Cut(authorization, " ")
		isLetIn := given == token && strings.EqualFold(scheme, "bearer")
		switch code := response.Code; code {
		case http.StatusOK:
			if !isLetIn || method != http.MethodGet {
				t.Fatalf("answered %q with %q", method, authorization)
			}
			cluesIn(t, unpack(t, response.Body.Bytes()), "clues.json")
		case http.StatusUnauthorized:
			if isLetIn {
				t.Fatalf("refused %q", authorization)
			}
		case http.StatusMethodNotAllowed:
			if method == http.MethodGet {
				t.Fatal("GET was refused")
			}
		case http.StatusTooManyRequests:
		default:
			t.Fatalf("answered with %d", code)
		}
	})
}
