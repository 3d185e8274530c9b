package profile

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/internal/files"
	yamlsource "github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Layout says how large a workspace may be, and what library it stands on. The
// zero Layout is fine.
type Layout struct {
	// MaxBytes bounds all files together. Default 256 MiB.
	MaxBytes int64
	// MaxDocument bounds one file of documents. Default 3 MiB.
	MaxDocument int64
	// Library holds versions that are published elsewhere. They count as if they
	// lay in the library of the workspace, and package validate judges them with
	// it. What was found when they were loaded is not found again. Default: none.
	Library *Library
}

const (
	libraryDir = "library"
	// overlaysDir lies in libraryDir, so that no profile can have this name.
	overlaysDir = "overlays"
	policyDir   = "policies"
	lockFile    = "fleet.lock"
	sumFile     = "library.sum"
	// ownershipFile lies beside the directories of profiles.
	ownershipFile = "library/ownership.yaml"
)

// documentDirs hold hubs, clusters and strategies, in any files.
var documentDirs = []string{"hubs", "fleet", "strategies"}

// Load reads a workspace. It reads everything it can and returns it with all
// findings in one pass, sorted. What a finding of severity Error is about is
// left out of the workspace or refused when it is resolved. A root that cannot be
// read is an error; an empty one is an empty workspace. Files outside fsys are
// never read; symbolic links are not followed.
func Load(fsys fs.FS, layout Layout) (*Workspace, diag.Diagnostics) {
	l := newLoader(fsys, layout)
	if !l.tree.HasRoot() {
		return l.workspace, l.tree.Diags
	}
	l.ownership()
	l.library()
	l.sum()
	for _, dir := range documentDirs {
		l.documents(dir)
	}
	l.policies()
	l.lock()
	l.misspelt(fsys)
	l.finish()
	l.workspace.withheld = l.workspace.Library.sensitiveLines(l.clusters...)
	return l.workspace, l.workspace.Withhold(append(l.diags, l.tree.Diags...)).Sorted()
}

func newLoader(fsys fs.FS, layout Layout) *loader {
	if layout.MaxBytes <= 0 {
		layout.MaxBytes = 256 << 20
	}
	if layout.MaxDocument <= 0 {
		layout.MaxDocument = 3 << 20
	}
	l := &loader{tree: files.NewTree(fsys, layout.MaxBytes), layout: layout, workspace: &Workspace{Library: newLibrary()}, first: map[string]Document{}, published: map[Ref]bool{}}
	if layout.Library != nil {
		l.workspace.Library, _ = Union(layout.Library)
		for _, e := range layout.Library.editions() {
			l.published[e.ref] = true
		}
	}
	return l
}

type loader struct {
	tree       *files.Tree
	layout     Layout
	workspace  *Workspace
	hubs       []named[Hub]
	strategies []named[Strategy]
	clusters   []*member           // before their hub is known
	first      map[string]Document // by name
	published  map[Ref]bool        // elsewhere
	filed      int                 // bytes of files in the values of one document
	diags      diag.Diagnostics
}

func (l *loader) add(found ...diag.Diagnostic) { l.diags = append(l.diags, found...) }

// read parses the documents of one file.
func (l *loader) read(file string) []*value.Node {
	data, ok := l.tree.Read(file, l.layout.MaxDocument)
	if !ok {
		return nil
	}
	roots, diags := yamlsource.Documents(&value.Writer{File: file, Kind: diag.Profile}, data, yamlsource.Limits{Bytes: int(l.layout.MaxDocument), StrictLineEnds: true})
	l.add(diags...)
	return roots
}

func (l *loader) documents(dir string) {
	for _, file := range l.tree.Files(dir) {
		if !isDocument(file) {
			continue
		}
		for _, root := range l.read(file) {
			l.document(root)
		}
	}
}

func isDocument(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func (l *loader) document(root *value.Node) {
	kind, ok := l.kindOf(root, "Hub", "Cluster", "Strategy")
	if !ok {
		return
	}
	switch kind {
	case "Hub":
		l.hub(root)
	case "Cluster":
		l.cluster(root)
	case "Strategy":
		l.strategy(root)
	}
}

// kindOf reads apiVersion and kind; a document of another kind than the known
// ones is reported.
func (l *loader) kindOf(root *value.Node, known ...string) (string, bool) {
	if root.Kind() != value.Map {
		l.add(diag.Errorf("profile.type", root.Place().Range(), "a document must be a mapping, not %s", root.Kind()).
			WithDetail("start it with apiVersion: %s and kind:", APIVersion))
		return "", false
	}
	before := len(l.diags)
	l.text(root, "apiVersion", "add apiVersion: "+APIVersion)
	kind := l.text(root, "kind", "add kind: "+strings.Join(known, ", or kind: "))
	if v, ok := root.Get("apiVersion").Str(); ok && v != APIVersion {
		l.add(diag.Errorf("profile.api-version", root.Get("apiVersion").Place().Range(), "unknown apiVersion %q", v).
			WithDetail("write apiVersion: %s; other Kubernetes objects do not belong here", APIVersion).WithPath(diag.Fields("apiVersion")))
	}
	if len(l.diags) > before {
		return "", false
	}
	if !slices.Contains(known, kind) {
		l.add(diag.Errorf("profile.kind", root.Get("kind").Place().Range(), "a document of kind %q does not belong here", kind).
			WithDetail("%s", kindHint(kind, known)).WithPath(diag.Fields("kind")))
		return "", false
	}
	return kind, true
}

func (l *loader) text(root *value.Node, field, hint string) string {
	n := root.Get(field)
	if n.IsNull() {
		l.add(diag.Errorf("profile.required", root.Place().Range(), "%s is missing", field).WithDetail("%s", hint).WithPath(diag.Fields(field)))
		return ""
	}
	s, ok := n.Str()
	if !ok {
		l.add(diag.Errorf("profile.type", n.Place().Range(), "%s must be a string, not %s", field, n.Kind()).WithDetail("%s", hint).WithPath(diag.Fields(field)))
	}
	return s
}

func kindHint(kind string, known []string) string {
	switch kind {
	case "Profile":
		return "a profile lives in library/<name>/<version>/profile.yaml"
	case "Ownership":
		return "it lives in " + ownershipFile
	case "Overlay":
		return "an overlay lives in library/overlays/<name>/<version>/overlay.yaml"
	}
	if near, ok := diag.Nearest(kind, known); ok {
		return fmt.Sprintf("did you mean %s? known here are %s", near, strings.Join(known, ", "))
	}
	return "known here are " + strings.Join(known, ", ")
}

// decodeInto fills target and reports; ok means that there was no finding.
func (l *loader) decodeInto(root *value.Node, target any) bool {
	return l.decodeAs(root, target, decoding)
}

func (l *loader) decodeAs(root *value.Node, target any, options decode.Options) (ok bool) {
	found := decode.Into(root, target, options)
	l.add(found...)
	return !found.HasErrors()
}

func (l *loader) keep(kind, name string, root *value.Node) Document {
	d := Document{Kind: kind, Name: strings.ToLower(kind) + " " + name, root: root}
	l.workspace.documents = append(l.workspace.documents, d)
	if _, ok := l.first[d.Name]; !ok {
		l.first[d.Name] = d
	}
	return d
}

func (l *loader) hub(root *value.Node) {
	var h Hub
	l.decodeInto(root, &h)
	l.keep("Hub", h.Metadata.Name, root)
	if h.Metadata.Name != "" {
		l.hubs = append(l.hubs, named[Hub]{h.Metadata.Name, root, h})
	}
}

func (l *loader) strategy(root *value.Node) {
	var s Strategy
	ok := l.decodeInto(root, &s)
	l.keep("Strategy", s.Metadata.Name, root)
	if ok {
		l.strategies = append(l.strategies, named[Strategy]{s.Metadata.Name, root, s})
	}
}

// named is a document that was read, before it is known whether another one has
// its name.
type named[T any] struct {
	name string
	root *value.Node
	is   T
}

// distinct sorts documents by name and reports those whose name an earlier one
// has.
func distinct[T any](l *loader, kind string, read []named[T]) []T {
	slices.SortStableFunc(read, func(a, b named[T]) int { return strings.Compare(a.name, b.name) })
	var out []T
	for i, d := range read {
		if i > 0 && d.name == read[i-1].name {
			l.twice(kind+" "+d.name, d.root)
			continue
		}
		out = append(out, d.is)
	}
	return out
}

// twice reports a document whose identity an earlier one has.
func (l *loader) twice(name string, root *value.Node) {
	first := l.first[name].At(diag.Fields("metadata", "name"))
	l.add(diag.Errorf("profile.duplicate", root.Get("metadata", "name").Place().Range(), "%s is defined twice", name).
		WithDetail("remove one of the two, or give it another name").
		WithPath(diag.Fields("metadata", "name")).
		WithRelated(first, "the other one is here"))
}

func (l *loader) cluster(root *value.Node) {
	m := &member{}
	m.decode(l, root)
	l.clusters = append(l.clusters, m)
}

// decode reads the cluster's document.
func (m *member) decode(l *loader, root *value.Node) {
	m.root = root
	m.composable, m.poolsRead, m.inputsRead = true, true, true
	options := decoding
	options.About = func(path diag.Path) {
		m.composable = m.composable && apart(path)
		m.poolsRead = m.poolsRead && !path.Under(diag.Fields("spec", "pools"))
		m.inputsRead = m.inputsRead && m.poolsRead && !path.Under(diag.Fields("spec", "variables"))
	}
	m.broken = !l.decodeAs(root, &m.cluster, options)
}

// apart reports whether a path of a cluster's document is about something that its
// layers do not depend on.
func apart(path diag.Path) bool {
	if overrides := diag.Fields("spec", "overrides"); path.Under(overrides) && len(path) == len(overrides)+2 {
		name, _ := path[len(path)-1].IsField()
		return name == "reason" || name == "owner" || name == "expires"
	}
	return slices.ContainsFunc([]string{"variables", "pools", "timeZone", "waivers"}, func(field string) bool { return path.Under(diag.Fields("spec", field)) })
}

// policies reads the files of the organisation's policies, which this package
// does not understand.
func (l *loader) policies() {
	for _, file := range l.tree.Files(policyDir) {
		if path.Ext(file) != ".cue" {
			l.unreadPolicy(file)
			continue
		}
		if data, ok := l.tree.Read(file, l.layout.MaxDocument); ok {
			l.workspace.policies = append(l.workspace.policies, File{Name: file, Data: data, Digest: value.DigestBytes(data)})
		}
	}
}

func (l *loader) lock() {
	if !l.tree.Exists(lockFile) {
		return
	}
	if data, ok := l.tree.Read(lockFile, l.layout.MaxBytes); ok {
		lock, diags := ParseLock(lockFile, data)
		l.add(diags...)
		l.workspace.lock = lock
	}
}

// finish gives documents their identity; clusters, when the hubs are known.
func (l *loader) finish() {
	w := l.workspace
	w.hubs, w.strategies = distinct(l, "hub", l.hubs), distinct(l, "strategy", l.strategies)
	for _, m := range l.clusters {
		hub, found := l.hubOf(m)
		if found != nil {
			m.broken = true
			l.add(*found)
		}
		m.key = Key{Hub: hub, Namespace: m.cluster.Metadata.Namespace, Name: m.cluster.Metadata.Name}
		if m.key.Namespace == "" {
			m.key.Namespace = "default"
		}
		m.cluster.Spec.Hub, m.cluster.Metadata.Namespace = hub, m.key.Namespace
		m.emptyPools()
		m.broken = !l.checkKey(m) || m.broken
		m.Document = l.keep("Cluster", m.key.String(), m.root)
		m.write()
	}
	slices.SortStableFunc(l.clusters, func(a, b *member) int { return a.key.Compare(b.key) })
	for i, m := range l.clusters {
		if i > 0 && m.key == l.clusters[i-1].key && m.key.Name != "" {
			l.twice("cluster "+m.key.String(), m.root)
			continue
		}
		if m.key.Name != "" {
			w.clusters = append(w.clusters, m)
		}
	}
}

// checkKey refuses names that would make the cluster's key ambiguous.
func (l *loader) checkKey(m *member) bool {
	named := []struct {
		name string
		path diag.Path
	}{
		{m.key.Name, diag.Fields("metadata", "name")},
		{m.key.Namespace, diag.Fields("metadata", "namespace")},
		{m.key.Hub, diag.Fields("spec", "hub")},
	}
	for _, n := range named {
		if strings.ContainsAny(n.name, "/, \t\r\n") {
			l.add(diag.Errorf("profile.name", Document{root: m.root}.At(n.path), "%q is not a name", clipped(n.name)).
				WithDetail("use lower-case letters, digits and -").WithPath(n.path))
			return false
		}
	}
	return true
}

func (l *loader) hubOf(m *member) (string, *diag.Diagnostic) {
	w, name := l.workspace, m.cluster.Spec.Hub
	path := diag.Fields("spec", "hub")
	if name == "" && len(w.hubs) == 1 {
		return w.hubs[0].Metadata.Name, nil
	}
	d := Document{root: m.root}
	if name == "" {
		found := diag.Errorf("profile.hub", d.KeyAt(diag.Fields("spec")), "the cluster names no hub and the workspace has %d", len(w.hubs)).
			WithDetail("%s", knownHubs(w.hubs)).WithPath(path)
		return "", &found
	}
	if _, ok := w.Hub(name); ok {
		return name, nil
	}
	found := diag.Errorf("profile.hub", d.At(path), "there is no hub %q", name).WithDetail("%s", nearestOf(name, hubNames(w.hubs), "hubs")).WithPath(path)
	return name, &found
}

func knownHubs(hubs []Hub) string {
	if len(hubs) == 0 {
		return "add a document of kind Hub below hubs/"
	}
	return "add spec.hub with one of " + listed(hubNames(hubs[:min(13, len(hubs))]))
}

func hubNames(hubs []Hub) []string {
	names := make([]string, len(hubs))
	for i, h := range hubs {
		names[i] = h.Metadata.Name
	}
	return names
}

// nearestOf is the hint for a name that is not known.
func nearestOf(name string, known []string, what string) string {
	near, _ := diag.Nearest(name, known)
	return meantHint(near, known, what)
}

// meantHint is the hint for a name that was probably meant to be near; "" for
// none.
func meantHint(near string, known []string, what string) string {
	if len(known) == 0 {
		return "there are no " + what
	}
	hint := fmt.Sprintf("known %s are %s", what, listed(known))
	if near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}

// listed are names as hints list them, however many there are.
func listed(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}
