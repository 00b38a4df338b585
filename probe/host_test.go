package goleakprobe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostOf reads a root made of files.
func hostOf(t *testing.T, files map[string]string) host {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	opened := hostFiles{root: root}
	opened.open()
	defer opened.close()
	return opened.read()
}

func TestCgroupsOfBothVersionsAreRead(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"version 2, in a slice": {
			"proc/self/cgroup": "0::/kubepods.slice/pod1\n",
			"sys/fs/cgroup/kubepods.slice/pod1/memory.current": "104857600\n",
			"sys/fs/cgroup/kubepods.slice/pod1/memory.max":     "536870912\n",
			"sys/fs/cgroup/kubepods.slice/pod1/memory.stat":    "anon 1234\nfile 5678\n",
		},
		"version 2, from within": {
			"proc/self/cgroup":             "0::/../pod1\n",
			"sys/fs/cgroup/memory.current": "104857600\n",
			"sys/fs/cgroup/memory.max":     "536870912\n",
			"sys/fs/cgroup/memory.stat":    "anon 1234\nfile 5678\n",
		},
		"version 1": {
			"proc/self/cgroup": "8:cpu,cpuacct:/docker/1\n7:memory:/docker/1\n0::/\n",
			"sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes": "104857600\n",
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "536870912\n",
			"sys/fs/cgroup/memory/docker/1/memory.stat":           "anon 1234\nfile 5678\n",
		},
	} {
		h := hostOf(t, files)
		if h.figures[hostUsage] != 104857600 || h.figures[hostLimit] != 536870912 || h.stat["anon"] != 1234 {
			t.Errorf("%s: %v %v", name, h.figures, h.stat)
		}
	}
}

func TestNoLimitIsNoFigure(t *testing.T) {
	for _, max := range []string{"max\n", "9223372036854771712\n", "0\n", "", "12 apples\n"} {
		h := hostOf(t, map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.current": "1\n", "sys/fs/cgroup/memory.max": max,
		})
		if limit, ok := h.figures[hostLimit]; ok {
			t.Errorf("%q is a limit of %f", max, limit)
		}
	}
}

func TestMemoryOfTheMachineAndTheProcess(t *testing.T) {
	h := hostOf(t, map[string]string{
		"proc/meminfo":    "MemTotal:  8000000 kB\nMemAvailable:    1842304 kB\n",
		"proc/self/statm": "5000 1000 300 1 0 900 0\n",
	})
	if h.figures[hostAvailable] != 1842304*1024 || h.figures[hostResident] != float64(1000*os.Getpagesize()) {
		t.Errorf("%v", h.figures)
	}
	if empty := hostOf(t, nil); len(empty.figures) != 0 || len(empty.text()) != 0 {
		t.Errorf("of nothing: %v", empty)
	}
}

func FuzzHostFiles(f *testing.F) {
	f.Add("MemAvailable: 12 kB\nanon 1\n")
	f.Add("max\x00\n\"} 1e9")
	f.Fuzz(func(t *testing.T, text string) {
		h := host{figures: map[string]float64{}, stat: map[string]float64{}}
		for _, read := range []func(*host, string){readMeminfo, readStatm, readAs(hostUsage), readLimit, readStat} {
			read(&h, text)
		}
		for _, line := range strings.Split(strings.TrimSuffix(string(h.text()), "\n"), "\n") {
			if line != "" && len(strings.Fields(line)) != 2 {
				t.Fatalf("%q made the line %q", text, line)
			}
		}
	})
}
