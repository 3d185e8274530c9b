package upgrade

import (
	"fmt"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Difference is what lies between two versions of a profile or an overlay.
type Difference struct {
	From profile.Ref `json:"from"`
	To   profile.Ref `json:"to"`
	// Needed is the largest bump among the changes, Declared the one that the
	// two versions promise.
	Needed   Bump `json:"needed"`
	Declared Bump `json:"declared"`
	// Changes are sorted by [Change.Compare].
	Changes []Change `json:"changes"`

	at diag.Range // of the version that is declared
}

// Diff compares two versions of a profile by their documents and files. What it
// takes for a change of which size is the table in docs/upgrades.md. A field
// that it does not know counts as major.
func Diff(from, to profile.Release) Difference {
	d := &differ{from: side(from), to: side(to), closed: closedBy(from, to)}
	d.profile()
	d.variables()
	d.constants()
	d.files()
	d.layers()
	return d.difference(from.Ref(), to.Ref(), to.Document)
}

// difference sums up the changes.
func (d *differ) difference(from, to profile.Ref, declaring profile.Document) Difference {
	out := Difference{From: from, To: to, Changes: d.changes, at: declaring.At(diag.Fields("spec", "version"))}
	slices.SortStableFunc(out.Changes, Change.Compare)
	for _, c := range out.Changes {
		out.Needed = max(out.Needed, c.Bump)
	}
	a, okA := versionOf(out.From.Version)
	b, okB := versionOf(out.To.Version)
	if okA && okB && out.From.Name == out.To.Name {
		out.Declared = declared(a, b)
	}
	return out
}

// maxDeciding bounds the changes that a finding lists.
const maxDeciding = 10

// Diagnostics is an error when the version that is declared is too small for
// what changed. Two profiles of different names, and a look back from a newer
// version to an older one, promise nothing. Lines that it is about may set
// sensitive variables: see [profile.Workspace.Withhold].
func (d Difference) Diagnostics() diag.Diagnostics {
	from, okA := versionOf(d.From.Version)
	to, okB := versionOf(d.To.Version)
	if !okA || !okB || d.From.Name != d.To.Name || to.Compare(from) < 0 || enough(from, d.Declared, d.Needed) {
		return nil
	}
	found := diag.Errorf("upgrade.version", d.at, "%s is %s change of %s, but a %s version is needed", d.To, article(d.Declared), d.From.Version, d.Needed).
		WithDetail("declare version %s", next(from, d.Needed)).
		WithPath(diag.Fields("spec", "version"))
	if d.From == d.To {
		found.Summary = fmt.Sprintf("%s has changed without a new version", d.To)
	}
	listed := 0
	for _, c := range d.Changes {
		if c.Bump < d.Needed {
			continue
		}
		if listed++; listed <= maxDeciding {
			found = found.WithRelated(c.place(), "%s %s: %s", c.Subject, c.Summary, c.Reason)
		}
	}
	if listed > maxDeciding {
		found.Detail += fmt.Sprintf("; %d more changes need it", listed-maxDeciding)
	}
	return diag.Diagnostics{found}
}

func article(b Bump) string {
	if b == NoBump {
		return "no"
	}
	return "a " + b.String()
}

// differ collects changes.
type differ struct {
	from, to half
	closed   closed
	changes  []Change
}

// half is one of the two versions.
type half struct {
	// name and owner are of the document.
	name, owner string
	release     profile.Release // of a profile
	root        *value.Node
	files       map[string]profile.File
}

func side(r profile.Release) half {
	h := half{name: r.Ref().String(), owner: r.Profile.Spec.Owner, release: r, root: rootOf(r), files: map[string]profile.File{}}
	for _, f := range r.Files {
		h.files[r.FileName(f)] = f
	}
	return h
}

// rootOf is the document of a release.
func rootOf(r profile.Release) *value.Node {
	if n := r.Document.Tree(); n != nil {
		return n
	}
	return built(r.Profile)
}

// subject is what a change is about: an item of the two documents.
type subject struct {
	name  string
	order subjectOrder
	layer string
	// from and to are what it is in the two versions, nil for absent.
	from, to *value.Node
}

// add notes a change of what is at path below a subject.
func (d *differ) add(s subject, path diag.Path, from, to *value.Node, v verdict, format string, args ...any) {
	d.changes = append(d.changes, Change{
		Kind: v.kind, Bump: v.bump, Reason: v.reason, Subject: s.name, order: s.order,
		Path: path.String(), path: path, Summary: fmt.Sprintf(format, args...),
		From: sideOf(from, s.layer, s.from, d.from.root), To: sideOf(to, s.layer, s.to, d.to.root),
	})
}

// sideOf is the side with a value; where that is absent, it is the first of the
// nodes that hold it which lacks it.
func sideOf(n *value.Node, layer string, holders ...*value.Node) Side {
	out := Side{Value: profile.NewValue(n), Origin: n.Origin()}
	for _, holder := range holders {
		if out.Origin.Range.IsZero() {
			out.Origin = holder.Origin()
		}
	}
	if out.Origin.Layer == "" && n != nil {
		out.Origin.Layer = layer
	}
	return out
}

// verdict is what a rule makes of a change.
type verdict struct {
	kind   Kind
	bump   Bump
	reason string
}

func (d *differ) profile() {
	s := subject{name: "profile", order: ofProfile}
	d.fields(s, nil, d.from.root.Get("spec"), d.to.root.Get("spec"), profileRules)
	d.metadata(s)
}

func (d *differ) metadata(s subject) {
	for _, field := range []string{"labels", "annotations"} {
		path := diag.Fields("metadata", field)
		d.leaves(s, path, d.from.root.Find(path), d.to.root.Find(path), nil, verdict{ProfileChanged, Patch, "metadata of the document alone"})
	}
}

// constants changes count like values.
func (d *differ) constants() {
	path := diag.Fields("spec", "constants")
	d.values(subject{name: "constants", order: ofConstants}, nil, d.from.root.Find(path), d.to.root.Find(path), nil)
}

// files compares the files that the documents refer to, by name.
func (d *differ) files() {
	s := subject{name: "files", order: ofFiles}
	names := map[string]bool{}
	for name := range d.from.files {
		names[name] = true
	}
	for name := range d.to.files {
		names[name] = true
	}
	for _, name := range sortedKeys(names) {
		from, to := d.from.file(name), d.to.file(name)
		if from.Equal(to) {
			continue
		}
		v := verdict{ContentChanged, Patch, "what the content does to a cluster is judged by rendering it"}
		switch {
		case from == nil:
			d.add(s, diag.Fields(name), from, to, v, "%s is added", name)
		case to == nil:
			d.add(s, diag.Fields(name), from, to, v, "%s is removed", name)
		default:
			d.add(s, diag.Fields(name), from, to, v, "%s has other content", name)
		}
	}
}

// file is the digest of a file, nil when there is no such file.
func (h half) file(name string) *value.Node {
	f, ok := h.files[name]
	if !ok {
		return nil
	}
	w := &value.Writer{File: f.Name, Kind: diag.Manifest, Document: h.name, Owner: h.owner}
	return value.NewString(f.Digest, value.Place{Writer: w})
}

// named are the items of a list by their names, in sorted order of the names of
// both sides.
func named(from, to *value.Node) (names []string, old, now map[string]*value.Node) {
	index := func(list *value.Node) map[string]*value.Node {
		out := map[string]*value.Node{}
		for _, item := range list.Items() {
			if name, ok := item.Get("name").Str(); ok {
				out[name] = item
			}
		}
		return out
	}
	old, now = index(from), index(to)
	all := map[string]bool{}
	for name := range old {
		all[name] = true
	}
	for name := range now {
		all[name] = true
	}
	return sortedKeys(all), old, now
}
