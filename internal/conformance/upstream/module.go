package upstream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

// Module is the content of a Go module that go.mod requires.
type Module struct {
	Path, Version string
	fs.FS
}

// Open finds a required module, downloading it when the module cache lacks it.
func Open(path string) (Module, error) {
	cmd := exec.Command("go", "mod", "download", "-json", path)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, runErr := cmd.Output()
	var found struct{ Path, Version, Dir, Error string }
	if err := json.Unmarshal(out, &found); err != nil {
		return Module{}, fmt.Errorf("finding module %s: %w: %s", path, runErr, bytes.TrimSpace(stderr.Bytes()))
	}
	if found.Error != "" || runErr != nil {
		return Module{}, fmt.Errorf("finding module %s: %s", path, found.Error)
	}
	return Module{Path: found.Path, Version: found.Version, FS: os.DirFS(found.Dir)}, nil
}

// Sub is the folder dir of the module.
func (m Module) Sub(dir string) (fs.FS, error) {
	sub, err := fs.Sub(m.FS, dir)
	if err == nil {
		_, err = fs.Stat(sub, ".")
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s of %s %s: %w", dir, m.Path, m.Version, err)
	}
	return sub, nil
}

// Folder is the folder dir of the required module path.
func Folder(path, dir string) (fs.FS, error) {
	module, err := Open(path)
	if err != nil {
		return nil, err
	}
	return module.Sub(dir)
}
