package validate

import (
	"slices"
	"strings"
	"sync"

	"github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// image is a container image that manifests name.
type image struct {
	text      string
	at        diag.Range
	container string
	// object holds the image at node; both nil for one that a patch sets.
	object, node *value.Node
}

// imageCache keeps the images of files, which the clusters share.
type imageCache struct {
	mu     sync.Mutex
	images map[string][]image // by file
}

func newImageCache() *imageCache { return &imageCache{images: map[string][]image{}} }

// of are the images of a layer's manifests as its patches leave them.
func (c *imageCache) of(l profile.StackLayer) []image {
	var out []image
	for _, f := range l.Manifests {
		if f.Expand {
			for _, o := range f.Objects() {
				out = append(out, imagesIn(o.Tree(), o.Tree())...)
			}
			continue
		}
		out = append(out, c.file(f)...)
	}
	for _, p := range l.Patches {
		out = patched(out, p)
	}
	return out
}

func (c *imageCache) file(f profile.File) []image {
	c.mu.Lock()
	known, ok := c.images[f.Name]
	c.mu.Unlock()
	if ok {
		return known
	}
	var out []image
	objects, _ := source.Manifests(&value.Writer{File: f.Name, Kind: diag.Manifest}, f.Data, source.ManifestLimits)
	for _, o := range objects {
		out = append(out, imagesIn(o, o)...)
	}
	c.mu.Lock()
	c.images[f.Name] = out
	c.mu.Unlock()
	return out
}

// containerFields are the lists of a pod's specification that hold containers.
var containerFields = []string{"containers", "ephemeralContainers", "initContainers"}

// imagesIn are the images of containers anywhere in n, a part of object.
func imagesIn(object, n *value.Node) []image {
	var out []image
	for _, f := range n.Fields() {
		if slices.Contains(containerFields, f.Name) {
			for _, c := range f.Value.Items() {
				if text, ok := c.Get("image").Str(); ok {
					out = append(out, image{text: text, at: c.Get("image").Place().Range(), container: c.Get("name").Text(), object: object, node: c.Get("image")})
				}
			}
		}
		out = append(out, imagesIn(object, f.Value)...)
	}
	for _, item := range n.Items() {
		out = append(out, imagesIn(object, item)...)
	}
	return out
}

// patched puts the images that a patch sets in the place of those it replaces.
func patched(images []image, p profile.StackPatch) []image {
	var set []image
	for _, i := range imagesIn(nil, p.Merge.Tree()) {
		images = slices.DeleteFunc(slices.Clone(images), func(before image) bool {
			return before.container == i.container && targets(p.Target, before.object)
		})
		i.node = nil
		set = append(set, i)
	}
	for _, op := range p.JSON.Tree().Items() {
		path, err := diag.ParsePath(op.Get("path").Text())
		text, ok := op.Get("value").Str()
		if err != nil || !ok || !strings.HasSuffix(op.Get("path").Text(), "/image") {
			continue
		}
		images = slices.DeleteFunc(slices.Clone(images), func(before image) bool {
			return before.object != nil && targets(p.Target, before.object) && before.object.Find(path) == before.node
		})
		set = append(set, image{text: text, at: op.Get("value").Place().Range()})
	}
	return append(images, set...)
}

func targets(t profile.PatchTarget, object *value.Node) bool {
	fits := func(want string, names ...string) bool { return want == "" || object.Get(names...).Text() == want }
	return object != nil && fits(t.Kind, "kind") && fits(t.Name, "metadata", "name") && fits(t.Namespace, "metadata", "namespace")
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
