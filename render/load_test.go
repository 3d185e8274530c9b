package render_test

import (
	"io/fs"
	"testing/fstest"
)

// fstestCopy copies the files of from into files.
func fstestCopy(files fstest.MapFS, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
}
