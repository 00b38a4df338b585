package goleakprobe

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxToken is longer than any token.
const maxToken = 4096

// Handler serves one snapshot of the process for each request.
//
// `?text=0` leaves full stacks out, `?trace=1` adds what the flight recorder holds; nothing else is understood. Who is not
// let in learns nothing but that; who asks too often, when to come again.
func (p *Probe) Handler() http.Handler {
	return http.HandlerFunc(p.serve)
}

func (p *Probe) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "snapshots are asked for with GET", http.StatusMethodNotAllowed)
		return
	}
	if !p.mayAsk(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
		return
	}
	packed, refused, err := p.packed(r)
	if refused != nil {
		refuse(w, refused.wait, refused.why)
		return
	}
	if err != nil {
		http.Error(w, "the snapshot could not be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("Content-Disposition", `attachment; filename="goleak.tar"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(packed)))
	// Whoever went away in the meantime is told nothing.
	_, _ = w.Write(packed)
}

// refusal says why there is no snapshot now, and when to come again.
type refusal struct {
	wait time.Duration
	why  string
}

// packed takes a snapshot and packs it. What it holds meanwhile is free again before the answer is written: a client that
// reads slowly keeps nobody waiting, the watch of a process that is about to die least of all.
func (p *Probe) packed(r *http.Request) ([]byte, *refusal, error) {
	if !p.taking.TryLock() {
		return nil, &refusal{time.Second, "a snapshot is being taken"}, nil
	}
	defer p.taking.Unlock()
	if wait := p.gate.pass(time.Now()); wait > 0 {
		return nil, &refusal{wait, "snapshots have had their share of time"}, nil
	}
	query := r.URL.Query()
	from := time.Now()
	s := p.take(wanted{text: query.Get("text") != "0", trace: query.Get("trace") == "1"})
	p.gate.spent(time.Now(), time.Since(from))
	defer p.buffers.release()
	files, err := p.files(s, nil)
	if err != nil {
		return nil, nil, err
	}
	packed, err := archive(files)
	return packed, nil, err
}

// mayAsk compares digests of one length: the time it takes shows neither the token nor how long it is.
func (p *Probe) mayAsk(r *http.Request) bool {
	if p.config.MutualTLS && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		return true
	}
	token := p.config.Token()
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || len(given) > maxToken || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func refuse(w http.ResponseWriter, wait time.Duration, why string) {
	seconds := int(wait/time.Second) + 1
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	http.Error(w, why+"; try again in "+strconv.Itoa(seconds)+" s", http.StatusTooManyRequests)
}
