package goleakprobe

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"strconv"
)

// schema of clues.json. What it says of clues is meant for goleak; the files beside it, for every tool that knows them.
const schema = "goleak.probe/v1"

type manifest struct {
	Schema string `json:"schema"`
	// Began is when the clock of the clues stood at 0, Unix nanoseconds. A text: it has more digits than a JSON number.
	Began      string    `json:"beganUnixNs"`
	Goroutines int       `json:"goroutines"`
	GCDuring   uint64    `json:"gcDuring"`
	Build      buildInfo `json:"build"`
	Clues      []clue    `json:"clues"`
	Because    *because  `json:"because,omitempty"`
}

// file is one member of the archive.
type file struct {
	name  string
	bytes []byte
}

// files encodes what can wait until all clues are taken.
func (p *Probe) files(s *snapshot, why *because) ([]file, error) {
	memory, err := json.Marshal(memoryOf(s))
	if err != nil {
		return nil, err
	}
	clues, err := json.Marshal(manifest{
		Schema:     schema,
		Began:      strconv.FormatInt(s.began.UnixNano(), 10),
		Goroutines: s.goroutines,
		GCDuring:   s.gcDuring,
		Build:      p.build,
		Clues:      s.clues,
		Because:    why,
	})
	if err != nil {
		return nil, err
	}
	contents := map[string][]byte{
		"memstats.json":   memory,
		"runtime.txt":     metricsText(s.samples),
		"host.prom":       s.host.text(),
		"heap.pb.gz":      s.heap,
		"goroutine.pb.gz": s.profile,
		"trace.out":       s.trace,
	}
	if s.text != nil {
		if contents["goroutines.txt.gz"], err = compressed(s.text); err != nil {
			return nil, err
		}
	}
	files := []file{{"clues.json", clues}}
	for _, each := range s.clues {
		if each.File != "" {
			files = append(files, file{each.File, contents[each.File]})
		}
	}
	return files, nil
}

// memoryOf has the shape of /debug/vars, without its command line.
func memoryOf(s *snapshot) map[string]any {
	memory := map[string]any{}
	for name, value := range s.numbers {
		if !math.IsNaN(value) && !math.IsInf(value, 0) && name != "cmdline" {
			memory[name] = value
		}
	}
	memory["memstats"] = s.memory
	return memory
}

func compressed(text []byte) ([]byte, error) {
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(text); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// archive writes files as a tar: sizes come before contents, so that a reader can refuse before it reads.
func archive(folders ...[]file) ([]byte, error) {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	for at, files := range folders {
		for _, each := range files {
			name := each.name
			if len(folders) > 1 {
				name = strconv.Itoa(at) + "/" + name
			}
			header := tar.Header{Name: name, Mode: 0o600, Size: int64(len(each.bytes)), Format: tar.FormatUSTAR}
			if err := writer.WriteHeader(&header); err != nil {
				return nil, err
			}
			if _, err := writer.Write(each.bytes); err != nil {
				return nil, err
			}
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
