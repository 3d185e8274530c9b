package render

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Tree writes bundles as files below a directory, one object a file:
//
//	<hub>/<namespace>/<cluster>/hub/...
//	<hub>/<namespace>/<cluster>/workload/<profile>/<layer>/...
//	<hub>/_shared/<digest>/...            each set once
//	<hub>/.dayzero                        says that a Tree made the directory
//
// Files are staged in a directory .staging-* and moved into place by
// [Tree.Commit], so that a rendering that fails halfway changes nothing. A
// process that is killed leaves the staging directory behind, and in the midst
// of Commit what was replaced lies in there. A Tree is not safe for concurrent
// use, and two must not Commit to one directory at the same time.
type Tree struct {
	dir     string
	staging string
	sets    map[string]bool // hub and digest
	hubs    map[string]bool
	parts   map[string]bool // directories to replace: clusters and sets
	made    []string        // directories that did not exist, innermost first
	files   int
}

// ErrForeignFiles is the error of a directory to be replaced that holds other
// files than a Tree writes.
var ErrForeignFiles = errors.New("the directory holds files that were not rendered")

// ErrNothingRendered is the error of a whole tree without a cluster that would
// remove all that is there.
var ErrNothingRendered = errors.New("nothing was rendered where something was")

// marker tells a hub's directory from those that others keep beside it.
const (
	marker     = ".dayzero"
	markerText = "This directory was rendered by dayzero, which removes from it what is not rendered any more.\n"
)

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
	return &Tree{dir: dir, staging: staging, made: made, sets: map[string]bool{}, hubs: map[string]bool{}, parts: map[string]bool{}}, nil
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

// Files is the number of files written so far, one an object.
func (t *Tree) Files() int { return t.files }

// Add stages a bundle.
func (t *Tree) Add(b Bundle) error {
	hub := fileName(b.Key().Hub)
	if err := t.hub(hub); err != nil {
		return fmt.Errorf("writing the bundle of %s: %w", b.Key(), err)
	}
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

func (t *Tree) hub(name string) error {
	if t.hubs[name] {
		return nil
	}
	t.hubs[name] = true
	dir := filepath.Join(t.staging, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, marker), []byte(markerText), 0o644)
}

func itemDir(item Item) string {
	profile, layer, found := strings.Cut(item.Phase.Layer, "/")
	if !found {
		return item.Phase.Target.String()
	}
	return filepath.Join(item.Phase.Target.String(), fileName(profile), fileName(layer))
}

func (t *Tree) part(dir string, items []Item, below func(Item) string) error {
	t.parts[dir] = true
	if err := os.MkdirAll(filepath.Join(t.staging, dir), 0o755); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, item := range items {
		sub := filepath.Join(t.staging, dir, below(item))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			return err
		}
		path := freePath(filepath.Join(sub, objectName(item.Key())), item, taken)
		taken[path] = true
		if err := os.WriteFile(path, item.YAML(), 0o644); err != nil {
			return err
		}
		t.files++
	}
	return nil
}

// freePath counts up where even the content is not enough to tell objects
// apart: equal ones with a generated name are still several.
func freePath(stem string, item Item, taken map[string]bool) string {
	path := stem + ".yaml"
	for n := 1; taken[path]; n++ {
		path = stem + "-" + short(item.Key().Group+item.Digest()) + ".yaml"
		if n > 1 {
			path = strings.TrimSuffix(path, ".yaml") + "-" + strconv.Itoa(n) + ".yaml"
		}
	}
	return path
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
// clusters and sets that were added are. A whole tree without a cluster does not
// remove hubs: [ErrNothingRendered].
//
// Directories that hold anything but YAML files are not replaced, nor is that of
// a hub with files in it that no Tree made: [ErrForeignFiles]. Other directories
// are not touched.
//
// After an error the files are as before. Where not even that can be had, the
// error says where those are that were there.
func (t *Tree) Commit(whole bool) error {
	affected := t.added
	if whole {
		affected = t.allHubs
	}
	parts, err := affected()
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := t.check(part); err != nil {
			return err
		}
	}
	if err := t.replace(parts); err != nil {
		return err
	}
	return t.finish()
}

// added are the clusters and sets that were added, or their hub where that is
// new, so that it comes with its marker.
func (t *Tree) added() ([]string, error) {
	parts := map[string]bool{}
	for part := range t.parts {
		hub, _, _ := strings.Cut(part, string(filepath.Separator))
		_, err := os.Lstat(filepath.Join(t.dir, hub))
		switch {
		case err == nil:
			parts[part] = true
		case errors.Is(err, fs.ErrNotExist):
			parts[hub] = true
		default:
			return nil, fmt.Errorf("looking for the hub %s: %w", hub, err)
		}
	}
	return slices.Sorted(maps.Keys(parts)), nil
}

// allHubs are the hubs that were added and those that an earlier Tree made.
func (t *Tree) allHubs() ([]string, error) {
	found, err := fs.Glob(os.DirFS(t.dir), "[^.]*/"+marker)
	if err != nil {
		return nil, fmt.Errorf("looking for hubs in %s: %w", t.dir, err)
	}
	if len(t.hubs) == 0 && len(found) > 0 {
		return nil, fmt.Errorf("replacing %s: %w: remove it yourself if that is meant", filepath.Join(t.dir, path.Dir(found[0])), ErrNothingRendered)
	}
	hubs := maps.Clone(t.hubs)
	for _, name := range found {
		hubs[path.Dir(name)] = true
	}
	return slices.Sorted(maps.Keys(hubs)), nil
}

// check holds that a part may be replaced: a hub when a Tree made it, a cluster
// or set when it looks like one.
func (t *Tree) check(part string) error {
	dir := filepath.Join(t.dir, part)
	ours := true
	if t.hubs[part] {
		_, err := os.Lstat(filepath.Join(dir, marker))
		ours = err == nil
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case entry.IsDir() || ours && (filepath.Ext(path) == ".yaml" || path == filepath.Join(dir, marker)):
			return nil
		case ours:
			return fmt.Errorf("replacing %s: %w: %s", dir, ErrForeignFiles, path)
		}
		return fmt.Errorf("replacing %s, which has no %s: %w: %s", dir, marker, ErrForeignFiles, path)
	})
}

// replace moves all parts into place, or none.
func (t *Tree) replace(parts []string) error {
	var done []move
	for i, part := range parts {
		target := filepath.Join(t.dir, part)
		err := os.MkdirAll(filepath.Dir(target), 0o755)
		for _, m := range []move{
			{target, filepath.Join(t.staging, ".old-"+strconv.Itoa(i))}, // if it was there
			{filepath.Join(t.staging, part), target},                    // if it is still wanted
		} {
			if err == nil {
				err = m.make()
			}
			if err == nil {
				done = append(done, m)
			}
		}
		if err != nil {
			return fmt.Errorf("moving %s into place: %w", part, errors.Join(err, t.undo(done)))
		}
	}
	return nil
}

// undo takes moves back. When it cannot, what was staged stays: it holds the
// only copy of what was there.
func (t *Tree) undo(done []move) error {
	for _, m := range slices.Backward(done) {
		if err := (move{m.to, m.from}).make(); err != nil {
			kept := t.staging
			t.staging = ""
			return fmt.Errorf("putting back what was there, which is in %s: %w", kept, err)
		}
	}
	return nil
}

// move is a change of place.
type move struct{ from, to string }

// make does nothing where there is nothing to move.
func (m move) make() error {
	if err := os.Rename(m.from, m.to); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (t *Tree) finish() error {
	err := os.RemoveAll(t.staging)
	t.staging = ""
	return err
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
