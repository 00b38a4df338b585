package goleakprobe

import (
	"os"
	"path/filepath"
)

// writeWhole has a file with these bytes under that path, or none: written beside it, forced to disk, put into place.
func writeWhole(path string, bytes []byte, place func(from, to string) error) (err error) {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, ".goleak-*")
	if err != nil {
		return err
	}
	defer func() {
		// Renamed: it is not there any more, and that is right.
		_ = os.Remove(temp.Name())
	}()
	if _, err = temp.Write(bytes); err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if err = place(temp.Name(), path); err != nil {
		return err
	}
	if folder, opened := os.Open(dir); opened == nil {
		// Not every file system can; then the next crash decides.
		_ = folder.Sync()
		folder.Close()
	}
	return nil
}
