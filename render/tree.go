package render

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Tree writes bundles as files below a directory, one object a file:
//
//	<hub>/<namespace>/<cluster>/hub/...
//	<hub>/<namespace>/<cluster>/workload/<profile>/<layer>/...
//	<hub>/_shared/<digest>/...            each set once
//
// Files are staged beside the directory and moved into place by [Tree.Commit],
// so that a rendering that fails halfway leaves nothing behind. A Tree is not
// safe for concurrent use.
type Tree struct {
	dir     string
	staging string
	sets    map[string]bool // hub and digest
	hubs    map[string]bool
	parts   []string // directories to replace: clusters and sets
	made    []string // directories that did not exist, innermost first
	files   int
}

// ErrForeignFiles is the error of a directory to be replaced that holds other
// files than a Tree writes.
var ErrForeignFiles = errors.New("the directory holds files that were not rendered")

// NewTree starts a tree at dir, which need not exist. Call Commit or Abort.
func NewTree(dir string) (*Tree, error) {
	dir = filepath.Clean(dir)
	made := missing(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("preparing %s: %w", dir, err)
	}
	staging, err := os.MkdirTemp(dir, ".staging-")
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", dir, err)
	}
	return &Tree{dir: dir, staging: staging, made: made, sets: map[string]bool{}, hubs: map[string]bool{}}, nil
}

// missing lists dir and the directories above it that do not exist.
func missing(dir string) []string {
	var out []string
	for {
		if _, err := os.Lstat(dir); err == nil || dir == filepath.Dir(dir) {
			return out
		}
		out = append(out, dir)
		dir = filepath.Dir(dir)
	}
}

// Sets is the number of sets written so far.
func (t *Tree) Sets() int { return len(t.sets) }

// Files is the number of files written so far.
func (t *Tree) Files() int { return t.files }

// Add stages a bundle.
func (t *Tree) Add(b Bundle) error {
	hub := fileName(b.Key().Hub)
	t.hubs[hub] = true
	for _, s := range b.shared {
		dir := filepath.Join(hub, "_shared", strings.TrimPrefix(s.Digest, "sha256:"))
		if t.sets[dir] {
			continue
		}
		t.sets[dir] = true
		if err := t.part(dir, s.Items, func(Item) string { return "" }); err != nil {
			return fmt.Errorf("writing the set %s: %w", s.Name, err)
		}
	}
	dir := filepath.Join(hub, fileName(b.Key().Namespace), fileName(b.Key().Name))
	if err := t.part(dir, b.own, itemDir); err != nil {
		return fmt.Errorf("writing the bundle of %s: %w", b.Key(), err)
	}
	return nil
}

func itemDir(item Item) string {
	profile, layer, found := strings.Cut(item.Phase.Layer, "/")
	if !found {
		return item.Phase.Target.String()
	}
	return filepath.Join(item.Phase.Target.String(), fileName(profile), fileName(layer))
}

func (t *Tree) part(dir string, items []Item, below func(Item) string) error {
	t.parts = append(t.parts, dir)
	if err := os.MkdirAll(filepath.Join(t.staging, dir), 0o755); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, item := range items {
		sub := filepath.Join(t.staging, dir, below(item))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			return err
		}
		path := filepath.Join(sub, objectName(item.Key())+".yaml")
		if taken[path] {
			path = strings.TrimSuffix(path, ".yaml") + "-" + short(item.Key().Group+item.Digest()) + ".yaml"
		}
		taken[path] = true
		if err := os.WriteFile(path, item.YAML(), 0o644); err != nil {
			return err
		}
		t.files++
	}
	return nil
}

func objectName(k Key) string {
	parts := []string{strings.ToLower(k.Kind), k.Namespace, k.Name}
	if k.Namespace == "" {
		parts = []string{strings.ToLower(k.Kind), k.Name}
	}
	return fileName(strings.Join(parts, "_"))
}

var unsafeInName = regexp.MustCompile(`[^a-z0-9._-]`)

// fileName makes a name that is safe on every file system: what had to be
// replaced or shortened is told apart by a hash.
func fileName(s string) string {
	safe := unsafeInName.ReplaceAllString(s, "-")
	if len(safe) > 200 {
		safe = safe[:200]
	}
	safe = strings.TrimLeft(safe, "._") // hidden files, and names of our own such as _shared
	if safe != s || safe == "" {
		safe += "-" + short(s)
	}
	return safe
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// Commit moves what was staged into place. whole says that the tree is complete:
// then each hub's directory is replaced, also that of a hub that has no cluster
// any more, so that clusters and sets that are gone vanish; else only the
// clusters and sets that were added are. Directories that hold anything but YAML
// files are not replaced: [ErrForeignFiles]. Directories that are laid out in
// another way are not touched.
func (t *Tree) Commit(whole bool) error {
	parts := t.parts
	if whole {
		earlier, err := hubsBelow(t.dir)
		if err != nil {
			return err
		}
		for _, hub := range earlier {
			t.hubs[hub] = true
		}
		parts = slices.Sorted(maps.Keys(t.hubs))
	}
	for _, part := range parts {
		if err := onlyYAML(filepath.Join(t.dir, part)); err != nil {
			return err
		}
	}
	for _, part := range parts {
		if err := t.replace(part); err != nil {
			return fmt.Errorf("moving %s into place: %w", part, err)
		}
	}
	return t.finish()
}

// hubsBelow are the directories that an earlier Tree made for hubs. Others may
// keep files beside them, so they are told by what lies below.
func hubsBelow(dir string) ([]string, error) {
	var out []string
	for _, pattern := range []string{"_shared", "*/*/" + Hub.String(), "*/*/" + Workload.String()} {
		found, err := fs.Glob(os.DirFS(dir), "[^.]*/"+pattern)
		if err != nil {
			return nil, fmt.Errorf("looking for hubs in %s: %w", dir, err)
		}
		for _, path := range found {
			hub, _, _ := strings.Cut(path, "/")
			out = append(out, hub)
		}
	}
	return out, nil
}

func (t *Tree) finish() error {
	err := os.RemoveAll(t.staging)
	t.staging = ""
	return err
}

func onlyYAML(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !entry.IsDir() && filepath.Ext(path) != ".yaml":
			return fmt.Errorf("replacing %s: %w: %s", dir, ErrForeignFiles, path)
		}
		return nil
	})
}

func (t *Tree) replace(part string) error {
	target := filepath.Join(t.dir, part)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	old := filepath.Join(t.staging, ".old-"+short(part))
	if err := os.Rename(target, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Rename(filepath.Join(t.staging, part), target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a part without files
	}
	if err != nil {
		return errors.Join(err, restore(old, target))
	}
	return nil
}

// restore puts back what was there, if anything was.
func restore(old, target string) error {
	if err := os.Rename(old, target); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Abort removes what was staged, and directories that NewTree made. It does
// nothing after Commit.
func (t *Tree) Abort() error {
	if t.staging == "" {
		return nil
	}
	err := os.RemoveAll(t.staging)
	for _, dir := range t.made {
		if os.Remove(dir) != nil {
			break // not empty: somebody else uses it
		}
	}
	t.staging = ""
	return err
}
