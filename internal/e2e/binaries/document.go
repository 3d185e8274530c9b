package binaries

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func (d Document) name() string { return d.Name }

func (d Document) make(ctx context.Context, j job, path string) error {
	source, err := j.source(ctx, j.module, d.Module)
	if err != nil {
		return err
	}
	data, err := d.Collect(filepath.Join(source, filepath.FromSlash(d.Path)))
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// source is the directory of a required module's files.
func (c Cache) source(ctx context.Context, m Module, required string) (string, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.goCommand(), "mod", "download", "-json", required)
	cmd.Dir, cmd.Stderr = m.Dir, &stderr
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("locating module %s: %w: %s%s", required, err, out, stderr.Bytes())
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("locating module %s: %w", required, err)
	}
	if module.Dir == "" {
		return "", errors.New("locating module " + required + ": go mod download gave no directory")
	}
	return module.Dir, nil
}

// kustomize builds a kustomization of local files.
func kustomize(path string) ([]byte, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		return nil, err
	}
	return resources.AsYaml()
}
