package goleakprobe

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

const token = "a-token-for-tests"

func newProbe(t testing.TB, config Config) *Probe {
	t.Helper()
	if config.Token == nil {
		config.Token = func() string { return token }
	}
	isFree := config.CostShare == 0
	if config.PerMinute == 0 {
		config.PerMinute = 1_000_000
	}
	p, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if isFree {
		// Tests ask more often than a service should bear.
		p.gate.costShare = 0
	}
	return p
}

func ask(p *Probe, target, bearer string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, target, nil)
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response := httptest.NewRecorder()
	p.Handler().ServeHTTP(response, request)
	return response
}

// unpack gives the members of an archive by name.
func unpack(t testing.TB, packed []byte) map[string][]byte {
	t.Helper()
	members := map[string][]byte{}
	reader := tar.NewReader(bytes.NewReader(packed))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return members
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		members[header.Name] = content
	}
}

func cluesIn(t testing.TB, members map[string][]byte, name string) manifest {
	t.Helper()
	var m manifest
	if err := json.Unmarshal(members[name], &m); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// park has goroutines wait until the test ends.
func park(t testing.TB, count int) {
	t.Helper()
	release := make(chan struct{})
	for range make([]struct{}, count) {
		go func() { <-release }()
	}
	t.Cleanup(func() { close(release) })
}
