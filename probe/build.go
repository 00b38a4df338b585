package goleakprobe

import (
	"runtime"
	"runtime/debug"
)

// buildInfo identifies a build. Linker and compiler flags are left out: they may hold what -X put into the binary.
type buildInfo struct {
	Go       string `json:"go"`
	Path     string `json:"path,omitempty"`
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

func readBuild() buildInfo {
	build := buildInfo{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build
	}
	build.Path = info.Path
	build.Version = info.Main.Version
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			build.Revision = setting.Value
		case "vcs.time":
			build.Time = setting.Value
		case "vcs.modified":
			build.Modified = setting.Value == "true"
		}
	}
	return build
}
