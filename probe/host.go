package goleakprobe

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
)

// host is what the kernel says of the machine, the container and the process. Bytes; absent is unknown.
type host struct {
	figures map[string]float64
	stat    map[string]float64
}

const (
	hostAvailable = "node_memory_MemAvailable_bytes"
	hostResident  = "process_resident_memory_bytes"
	hostLimit     = "container_spec_memory_limit_bytes"
	hostUsage     = "container_memory_usage_bytes"
	// A cgroup of version 1 without a limit says so by a number near the largest.
	unlimited = 1 << 60
	// memory.stat is about 2 kB, /proc/meminfo 1.5 kB.
	maxHostFile = 16 << 10
	maxStatRows = 100
)

// hostFiles are opened before a snapshot begins, so that reading them is all that is left.
type hostFiles struct {
	root   string
	opened []hostFile
	bytes  []byte
}

type hostFile struct {
	file *os.File
	read func(h *host, text string)
}

// open finds and opens what there is; what there is not is absent from the clue.
func (f *hostFiles) open() {
	if f.bytes == nil {
		f.bytes = make([]byte, maxHostFile)
	}
	f.add("/proc/meminfo", readMeminfo)
	f.add("/proc/self/statm", readStatm)
	two, one := f.cgroupFolders()
	for _, folder := range two {
		f.add(path.Join(folder, "memory.current"), readAs(hostUsage))
		f.add(path.Join(folder, "memory.max"), readLimit)
		f.add(path.Join(folder, "memory.stat"), readStat)
	}
	for _, folder := range one {
		f.add(path.Join(folder, "memory.usage_in_bytes"), readAs(hostUsage))
		f.add(path.Join(folder, "memory.limit_in_bytes"), readLimit)
		f.add(path.Join(folder, "memory.stat"), readStat)
	}
}

func (f *hostFiles) add(name string, read func(*host, string)) {
	file, err := os.Open(path.Join("/", f.root, name))
	if err == nil {
		f.opened = append(f.opened, hostFile{file, read})
	}
}

func (f *hostFiles) read() host {
	h := host{figures: map[string]float64{}, stat: map[string]float64{}}
	for _, each := range f.opened {
		// A file of the kernel is read in one call, or it would be of two moments.
		n, err := each.file.ReadAt(f.bytes, 0)
		if n > 0 && (err == nil || err == io.EOF) {
			each.read(&h, string(f.bytes[:n]))
		}
	}
	return h
}

func (f *hostFiles) close() {
	for _, each := range f.opened {
		each.file.Close()
	}
	f.opened = f.opened[:0]
}

// cgroupFolders gives the memory controller's folders of this process, innermost first, as versions 2 and 1 have them.
// Within a container the path that /proc names may not be mounted, and the root of the mount is the container's own.
//
//	0::/kubepods.slice/pod1        version 2
//	7:memory:/docker/3f1c          version 1
func (f *hostFiles) cgroupFolders() (two, one []string) {
	text, err := os.ReadFile(path.Join("/", f.root, "/proc/self/cgroup"))
	if err != nil || len(text) > maxHostFile {
		return nil, nil
	}
	for _, line := range strings.Split(string(text), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		within := path.Clean("/" + parts[2])
		if parts[1] == "" {
			two = f.firstOf("memory.current", "/sys/fs/cgroup"+within, "/sys/fs/cgroup")
		}
		for _, controller := range strings.Split(parts[1], ",") {
			if controller == "memory" {
				one = f.firstOf("memory.usage_in_bytes", "/sys/fs/cgroup/memory"+within, "/sys/fs/cgroup/memory")
			}
		}
	}
	return two, one
}

func (f *hostFiles) firstOf(file string, folders ...string) []string {
	for _, folder := range folders {
		if _, err := os.Stat(path.Join("/", f.root, folder, file)); err == nil {
			return []string{folder}
		}
	}
	return nil
}

func readMeminfo(h *host, text string) {
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemAvailable:" {
			if kibibytes, err := strconv.ParseUint(fields[1], 10, 53); err == nil {
				h.figures[hostAvailable] = float64(kibibytes) * 1024
			}
		}
	}
}

// readStatm reads resident pages, the second figure.
func readStatm(h *host, text string) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return
	}
	if pages, err := strconv.ParseUint(fields[1], 10, 53); err == nil {
		h.figures[hostResident] = float64(pages) * float64(os.Getpagesize())
	}
}

func readAs(name string) func(*host, string) {
	return func(h *host, text string) {
		if value, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64); err == nil {
			h.figures[name] = float64(value)
		}
	}
}

// readLimit reads a limit, if there is one: `max` (version 2) and huge numbers (version 1) are none.
func readLimit(h *host, text string) {
	if value, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64); err == nil && value > 0 && value < unlimited {
		h.figures[hostLimit] = float64(value)
	}
}

// readStat reads `anon 123` a line.
func readStat(h *host, text string) {
	for _, line := range strings.Split(text, "\n") {
		name, figure, ok := strings.Cut(line, " ")
		value, err := strconv.ParseUint(figure, 10, 64)
		if ok && err == nil && len(h.stat) < maxStatRows && isPlain(name) {
			h.stat[name] = float64(value)
		}
	}
}

func isPlain(name string) bool {
	for _, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// text writes the figures as Prometheus would have them.
func (h host) text() []byte {
	var text bytes.Buffer
	for _, name := range sortedNames(h.figures) {
		fmt.Fprintf(&text, "%s %.0f\n", name, h.figures[name])
	}
	for _, name := range sortedNames(h.stat) {
		fmt.Fprintf(&text, "container_memory_stat{name=%q} %.0f\n", name, h.stat[name])
	}
	return text.Bytes()
}
