package dump

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
)

// File is a manifest file with its objects in the order of its documents.
type File struct {
	Path    string // slash-separated, in its folder
	Objects []*objects.Object
}

// Read reads all .yaml, .yml and .json files of a folder and the folders in it,
// sorted by path.
func Read(folder fs.FS) ([]File, error) {
	var all []File
	err := fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isManifest(path) {
			return err
		}
		data, err := fs.ReadFile(folder, path)
		if err != nil {
			return err
		}
		decoded, err := objects.Decode(bytes.NewReader(data))
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		all = append(all, File{Path: path, Objects: decoded})
		return nil
	})
	return all, err
}

func isManifest(path string) bool {
	return strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml") || strings.HasSuffix(path, ".json")
}

// Write writes files as YAML, with sorted keys, into the folder dir.
func Write(dir string, all []File) error {
	for _, file := range all {
		var text bytes.Buffer
		for i, object := range file.Objects {
			if i > 0 {
				text.WriteString("---\n")
			}
			document, err := yaml.Marshal(object.Object)
			if err != nil {
				return fmt.Errorf("writing %s: %w", file.Path, err)
			}
			text.Write(document)
		}
		path := filepath.Join(dir, filepath.FromSlash(strings.TrimSuffix(file.Path, filepath.Ext(file.Path))+".yaml"))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
