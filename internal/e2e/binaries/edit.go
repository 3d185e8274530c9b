package binaries

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Edit replaces a text in a source file of a required module. It is for
// constants that make tests wait and that no flag reaches, never for behaviour.
// A text that does not occur exactly once is an error, so that an edit cannot
// get lost in an update.
type Edit struct {
	Module string // path of the module
	Path   string // file in that module
	Old    string
	New    string
}

// edit copies the modules that have edits into dir, edits the copies, and gives
// the flags that make the go command use them. The copies are marked unfinished.
func (c Cache) edit(ctx context.Context, m Module, dir string) ([]string, error) {
	if len(m.Edits) == 0 {
		return nil, nil
	}
	copies := map[string]string{}
	for _, e := range m.Edits {
		if copies[e.Module] == "" {
			source, err := c.source(ctx, m, e.Module)
			if err != nil {
				return nil, err
			}
			copies[e.Module] = filepath.Join(dir, fmt.Sprintf("source%d%s", len(copies), unfinished))
			if err := os.CopyFS(copies[e.Module], os.DirFS(source)); err != nil {
				return nil, err
			}
		}
		if err := e.apply(copies[e.Module]); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(dir, "edited"+unfinished)
	return []string{"-modfile=" + path + ".mod"}, m.redirect(path, copies)
}

func (e Edit) apply(source string) error {
	path := filepath.Join(source, filepath.FromSlash(e.Path))
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(data), e.Old); n != 1 {
		return fmt.Errorf("editing %s of %s: %q occurs %d times, want once", e.Path, e.Module, e.Old, n)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(data), e.Old, e.New, 1)), 0o644)
}

// redirect writes path.mod and path.sum: m's, but with the copies in the place
// of their modules.
func (m Module) redirect(path string, copies map[string]string) error {
	file, err := m.file()
	if err != nil {
		return err
	}
	for module, source := range copies {
		for _, r := range slices.Clone(file.Replace) {
			if r.Old.Path == module {
				_ = file.DropReplace(r.Old.Path, r.Old.Version) // never gives an error
			}
		}
		if err := file.AddReplace(module, "", source, ""); err != nil {
			return err
		}
	}
	data, err := file.Format()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".mod", data, 0o644); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(m.Dir, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(path+".sum", sums, 0o644)
}
