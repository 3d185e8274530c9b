package profile

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// prose are the extensions of files that may lie anywhere, as README may.
var prose = []string{"", ".md", ".txt"}

// dirs are the directories directly in a directory of the library, beside which
// no document is read.
func (l *loader) dirs(dir string) []string {
	dirs, names := l.tree.List(dir)
	for _, name := range names {
		if file := path.Join(dir, name); isDocument(name) && file != ownershipFile {
			l.unread(file, unreadHint(file))
		}
	}
	return dirs
}

func unreadHint(file string) string {
	dir, kind := path.Dir(file), "Profile"
	switch {
	case strings.EqualFold(strings.TrimSuffix(file, path.Ext(file)), strings.TrimSuffix(ownershipFile, ".yaml")):
		return "call it " + ownershipFile
	case dir == path.Join(libraryDir, overlaysDir) || path.Dir(dir) == path.Join(libraryDir, overlaysDir):
		kind = "Overlay"
	}
	return kindHint(kind, nil)
}

// unreadPolicy warns of a file among the policies that seems to be one.
func (l *loader) unreadPolicy(file string) {
	if !slices.Contains(prose, strings.ToLower(path.Ext(file))) {
		l.unread(file, "the name of a file of policies ends in .cue")
	}
}

// unread warns of a file that has no meaning where it lies.
func (l *loader) unread(file, hint string) {
	l.add(diag.Warningf("profile.unread", diag.Range{File: file}, "nobody reads this file").WithDetail("%s", hint))
}

// misspelt warns of a directory of the root that has almost the name of one that
// is read and is not there, and holds what would be read there.
func (l *loader) misspelt(fsys fs.FS) {
	entries, _ := fs.ReadDir(fsys, ".") // what cannot be listed, reading reports
	absent := append([]string{libraryDir, policyDir}, documentDirs...)
	for _, e := range entries {
		absent = slices.DeleteFunc(absent, func(name string) bool { return name == e.Name() })
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if near, ok := diag.Nearest(e.Name(), absent); ok && holdsPartsOf(near, fsys, e.Name()) {
			l.add(diag.Warningf("profile.unread", diag.Range{File: e.Name()}, "nobody reads this directory").WithDetail("did you mean %s?", near))
		}
	}
}

// holdsPartsOf reports whether a directory holds what belongs into the one that is
// called known.
func holdsPartsOf(known string, fsys fs.FS, dir string) bool {
	inside, err := fs.Sub(fsys, dir)
	if err != nil {
		return false
	}
	patterns := map[string]string{libraryDir: "*/*/profile.yaml", policyDir: "*.cue"}
	files, _ := fs.Glob(inside, cmp.Or(patterns[known], "*.yaml"))
	return slices.ContainsFunc(files, func(name string) bool { return patterns[known] != "" || isOurs(inside, name) })
}

// isOurs reports whether a file begins as the documents of this package do.
func isOurs(fsys fs.FS, name string) bool {
	file, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	head, _ := io.ReadAll(io.LimitReader(file, 4096))
	return bytes.Contains(head, []byte(APIVersion))
}
