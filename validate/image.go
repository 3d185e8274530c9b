package validate

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/patch"
	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// image is a container image that manifests name.
type image struct {
	text string
	at   diag.Range
	// unread: it is no text, but 5 or a mapping.
	unread bool
}

// manifest is one object of a file, with the images that it names.
type manifest struct {
	tree   *value.Node
	images []image
}

// imageCache keeps the objects of files, which the clusters share.
type imageCache struct {
	mu    sync.Mutex
	files map[string][]manifest
}

func newImageCache() *imageCache { return &imageCache{files: map[string][]manifest{}} }

// of are the images of a layer's manifests as its patches leave them.
func (c *imageCache) of(l profile.StackLayer) []image {
	if len(l.Manifests) == 0 {
		return imagesWritten(l.Patches)
	}
	var out []image
	for _, f := range l.Manifests {
		for _, m := range c.manifests(f) {
			if after := patched(m.tree, l.Patches); after != m.tree {
				m.images = imagesOf(after)
			}
			out = append(out, m.images...)
		}
	}
	return out
}

func (c *imageCache) manifests(f profile.File) []manifest {
	if f.Expand {
		var out []manifest
		for _, o := range f.Objects() {
			out = append(out, manifest{tree: o.Tree(), images: imagesOf(o.Tree())})
		}
		return out
	}
	c.mu.Lock()
	known, ok := c.files[f.Name]
	c.mu.Unlock()
	if ok {
		return known
	}
	var out []manifest
	objects, _ := source.Manifests(&value.Writer{File: f.Name, Kind: diag.Manifest}, f.Data, source.ManifestLimits)
	for _, o := range objects {
		out = append(out, manifest{tree: o, images: imagesOf(o)})
	}
	c.mu.Lock()
	c.files[f.Name] = out
	c.mu.Unlock()
	return out
}

// patched is an object as patches leave it. One that fails changes nothing, as
// in rendering, which reports it.
func patched(object *value.Node, patches []profile.StackPatch) *value.Node {
	for _, p := range patches {
		if !targets(p.Target, object) {
			continue
		}
		after, err := object, error(nil)
		if !p.Merge.IsZero() {
			after = patch.Merge(after, p.Merge.Tree())
		}
		for _, op := range p.JSON.Tree().Items() {
			if after, err = patch.Apply(after, op); err != nil {
				break
			}
		}
		if err == nil {
			object = after
		}
	}
	return object
}

func targets(t profile.PatchTarget, object *value.Node) bool {
	fits := func(want string, names ...string) bool { return want == "" || object.Get(names...).Text() == want }
	return fits(t.Kind, "kind") && fits(t.Name, "metadata", "name") && fits(t.Namespace, "metadata", "namespace")
}

// imagesWritten are the images that patches write into objects that are not known,
// those of a chart.
func imagesWritten(patches []profile.StackPatch) []image {
	var out []image
	for _, p := range patches {
		out = append(out, imagesOf(p.Merge.Tree())...)
		for _, op := range p.JSON.Tree().Items() {
			out = append(out, imagesOf(around(op.Get("path").Text(), op.Get("value")))...)
		}
	}
	return out
}

// around puts a value where a JSON Pointer leads, in mappings and lists made for
// it.
func around(pointer string, n *value.Node) *value.Node {
	parts := strings.Split(pointer, "/")
	for _, part := range slices.Backward(parts[1:]) {
		if _, err := strconv.Atoi(part); err == nil || part == "-" {
			n = value.NewList([]*value.Node{n}, value.Place{})
		} else {
			n = value.NewMap([]value.Entry{{Name: part, Value: n}}, value.Place{})
		}
	}
	return n
}

// imageFields says, of the lists of a pod's specification whose items name
// images, where in an item.
var imageFields = map[string][]string{
	"containers":          {"image"},
	"ephemeralContainers": {"image"},
	"initContainers":      {"image"},
	"volumes":             {"image", "reference"},
}

// imagesOf are the images named anywhere in an object.
func imagesOf(object *value.Node) []image {
	s := imageSearch{seen: map[*value.Node]bool{}}
	s.in(object)
	return s.found
}

// imageSearch looks at each part once: a patch can copy what it copied before,
// so that an object has more parts than could be counted.
type imageSearch struct {
	seen  map[*value.Node]bool
	found []image
}

func (s *imageSearch) in(n *value.Node) {
	if n.Len() == 0 || s.seen[n] {
		return
	}
	s.seen[n] = true
	for _, f := range n.Fields() {
		s.listed(f)
		s.in(f.Value)
	}
	for _, item := range n.Items() {
		s.in(item)
	}
}

func (s *imageSearch) listed(f value.Entry) {
	names, ok := imageFields[f.Name]
	if !ok {
		return
	}
	for _, item := range f.Value.Items() {
		switch n := item.Get(names...); {
		case n.IsNull():
		case n.Kind() == value.String:
			s.found = append(s.found, image{text: n.Text(), at: n.Place().Range()})
		default:
			s.found = append(s.found, image{text: string(n.AppendJSON(nil)), at: n.Place().Range(), unread: true})
		}
	}
}

// splitImage takes an image reference apart: the repository with its registry,
// docker.io where it names none, as container runtimes read it.
func splitImage(text string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(text, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, tag = name[:colon], name[colon+1:]
	}
	first, _, below := strings.Cut(name, "/")
	switch {
	case !below:
		name = "docker.io/library/" + name
	case first != "localhost" && !strings.ContainsAny(first, ".:"):
		name = "docker.io/" + name
	}
	return name, tag, digest
}
