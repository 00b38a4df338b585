package goleakprobe

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestATriageReportIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	p := newProbe(t, Config{Numbers: func() map[string]float64 { return map[string]float64{"queue": 3} }})
	names := map[string]bool{}
	for range []int{1, 2, 3} {
		path, err := p.WriteTriage(dir)
		if err != nil {
			t.Fatal(err)
		}
		names[filepath.Base(path)] = true
		if !regexp.MustCompile(`^triage_\d{8}_\d{4}(_\d+)?\.json$`).MatchString(filepath.Base(path)) {
			t.Errorf("it is called %s", path)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var report triage
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatal(err)
		}
		if len(report.Clues) != 6 || report.Goroutines == "" || len(report.HeapProfile) == 0 || report.Vars["queue"] != 3 ||
			report.Memory.HeapAlloc == 0 || report.Runtime.NumGoroutine == 0 {
			t.Errorf("%+v", report.Clues)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 || len(names) != 3 {
		t.Errorf("%v %v %v", names, entries, err)
	}
	if _, err := p.WriteTriage(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there was written to")
	}
}
