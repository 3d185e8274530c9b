package main

import (
	"bytes"
	"io/fs"
	"time"
)

// textFiles is a file system of texts under any names, as diagnostics use them:
// absolute paths, "standard input".
type textFiles map[string][]byte

// ReadFile implements [fs.ReadFileFS].
func (t textFiles) ReadFile(name string) ([]byte, error) {
	data, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return data, nil
}

// Open implements [fs.FS].
func (t textFiles) Open(name string) (fs.File, error) {
	data, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return textFile{name: name, Reader: bytes.NewReader(data)}, nil
}

type textFile struct {
	name string
	*bytes.Reader
}

func (f textFile) Close() error               { return nil }
func (f textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f textFile) Name() string               { return f.name }
func (f textFile) Mode() fs.FileMode          { return 0o444 }
func (f textFile) ModTime() time.Time         { return time.Time{} }
func (f textFile) IsDir() bool                { return false }
func (f textFile) Sys() any                   { return nil }
