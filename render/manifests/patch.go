package manifests

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/merge"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// patch applies the layer's patches to the objects they name.
func (w *work) patch() {
	if len(w.layer.Patches) == 0 {
		return
	}
	w.objects = slices.Clone(w.objects)
	for _, p := range w.layer.Patches {
		matched := false
		for i, o := range w.objects {
			if matches(p.Target, o.Key()) {
				matched = true
				w.objects[i] = w.patched(o, p)
			}
		}
		if !matched {
			w.add(diag.Errorf("render.patch-target", p.Range, "the patch matches no object of layer %s", w.layer.Name).
				WithDetail("%s", w.targetHint(p.Target)))
		}
	}
}

func matches(t profile.PatchTarget, k render.Key) bool {
	fits := func(want, got string) bool { return want == "" || want == got }
	return fits(t.Kind, k.Kind) && fits(t.Name, k.Name) && fits(t.Namespace, k.Namespace)
}

func (w *work) targetHint(t profile.PatchTarget) string {
	var names []string
	for _, o := range w.objects {
		if t.Kind == "" || t.Kind == o.Key().Kind {
			names = append(names, o.Key().Name)
		}
	}
	if near, ok := diag.Nearest(t.Name, names); ok {
		return fmt.Sprintf("did you mean name: %s?", near)
	}
	if len(names) == 0 {
		return fmt.Sprintf("the layer has no object of kind %s", t.Kind)
	}
	return "names of this kind are " + strings.Join(names, ", ")
}

func (w *work) patched(o render.Object, p profile.StackPatch) render.Object {
	tree := o.Tree()
	if !p.Merge.IsZero() {
		tree = withoutDeleted(merge.Over(tree, p.Merge.Tree(), merge.Replace), p.Merge.Tree())
	}
	for _, op := range p.JSON.Tree().Items() {
		next, err := apply(tree, op)
		if err != nil {
			w.add(diag.Errorf("render.patch", op.Place().Range(), "%s: %v", o.Key(), err).
				WithDetail("paths are JSON Pointers into the object as the patches before have left it"))
			return o
		}
		tree = next
	}
	changed, err := render.FromTree(tree)
	if err != nil {
		w.add(diag.Errorf("render.patch", p.Range, "the patch leaves %v", err))
		return o
	}
	found := w.fixed.Changed(render.LayerID(w.layer), o, changed, func(path diag.Path) diag.Origin { return changer(o.Tree(), p, path) })
	w.diags = append(w.diags, found...)
	return changed
}

// changer is the place of the patch that changes a path of an object: of a JSON
// Patch, that of the first operation which does.
func changer(tree *value.Node, p profile.StackPatch, path diag.Path) diag.Origin {
	if !p.Merge.IsZero() {
		return p.Merge.Tree().Nearest(path).Origin()
	}
	for _, op := range p.JSON.Tree().Items() {
		next, err := apply(tree, op)
		if err != nil || !next.Find(path).Equal(tree.Find(path)) {
			return op.Get("path").Origin()
		}
		tree = next
	}
	return p.JSON.Tree().Origin()
}

// withoutDeleted takes away the fields that a merge patch sets to null; nulls
// that it does not name stay (RFC 7386).
func withoutDeleted(n, patch *value.Node) *value.Node {
	if n.Kind() != value.Map {
		return n
	}
	for _, f := range patch.Fields() {
		if f.Value.IsNull() {
			n = n.Without(f.Name)
		} else if old := n.Get(f.Name); old != nil && f.Value.Kind() == value.Map {
			n = n.With(f.Name, withoutDeleted(old, f.Value))
		}
	}
	return n
}

// apply carries out one operation of a JSON Patch (RFC 6902).
func apply(root, op *value.Node) (*value.Node, error) {
	name, _ := op.Get("op").Str()
	path, err := pointer(op.Get("path").Text())
	if err != nil {
		return nil, err
	}
	if op.Get("value") == nil && slices.Contains([]string{"add", "replace", "test"}, name) {
		return nil, fmt.Errorf("the operation %s has no value", name)
	}
	switch name {
	case "add":
		return edit(root, path, func(*value.Node, bool) (*value.Node, error) { return op.Get("value"), nil }, true)
	case "replace":
		return edit(root, path, present(op.Get("value")), false)
	case "remove":
		return edit(root, path, present(nil), false)
	case "test":
		return root, test(root, path, op.Get("value"))
	case "copy", "move":
		return transfer(root, path, op, name == "move")
	}
	return nil, fmt.Errorf("unknown operation %q", name)
}

func transfer(root *value.Node, path []string, op *value.Node, move bool) (*value.Node, error) {
	from, err := pointer(op.Get("from").Text())
	if err != nil {
		return nil, err
	}
	found, err := look(root, from)
	if err != nil {
		return nil, err
	}
	if move {
		if root, err = edit(root, from, present(nil), false); err != nil {
			return nil, err
		}
	}
	return edit(root, path, func(*value.Node, bool) (*value.Node, error) { return found, nil }, true)
}

func test(root *value.Node, path []string, want *value.Node) error {
	got, err := look(root, path)
	if err == nil && !got.Equal(want) {
		err = fmt.Errorf("test failed at /%s: the value is %s", strings.Join(path, "/"), got.AppendJSON(nil))
	}
	return err
}

func pointer(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return nil, fmt.Errorf("the path %q does not start with a slash", text)
	}
	parts := strings.Split(rest, "/")
	for i, p := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts, nil
}

func look(n *value.Node, path []string) (*value.Node, error) {
	for i, part := range path {
		var next *value.Node
		if n.Kind() == value.List {
			at, err := index(part, n.Len()-1)
			if err != nil {
				return nil, err
			}
			next = n.Items()[at]
		} else {
			next = n.Get(part)
		}
		if next == nil {
			return nil, fmt.Errorf("there is nothing at /%s", strings.Join(path[:i+1], "/"))
		}
		n = next
	}
	return n, nil
}

func index(part string, last int) (int, error) {
	i, err := strconv.Atoi(part)
	if err != nil || i < 0 || strconv.Itoa(i) != part {
		return 0, fmt.Errorf("%q is not an index of a list", part)
	}
	if i > last {
		return 0, fmt.Errorf("index %d is outside the list, whose last is %d", i, last)
	}
	return i, nil
}

// change gives the new value at a place, nil to remove it.
type change func(old *value.Node, found bool) (*value.Node, error)

func present(v *value.Node) change {
	return func(_ *value.Node, found bool) (*value.Node, error) {
		if !found {
			return nil, fmt.Errorf("there is nothing at the path")
		}
		return v, nil
	}
}

// edit returns n changed at path. insert makes room in a list for the new
// element; parents must exist.
func edit(n *value.Node, path []string, c change, insert bool) (*value.Node, error) {
	if len(path) == 0 {
		return c(n, n != nil)
	}
	switch n.Kind() {
	case value.List:
		return editList(n, path, c, insert)
	case value.Map:
		return editField(n, path, c, insert)
	}
	return nil, fmt.Errorf("there is nothing at /%s", path[0])
}

func editField(n *value.Node, path []string, c change, insert bool) (*value.Node, error) {
	old := n.Get(path[0])
	if old == nil && len(path) > 1 {
		return nil, fmt.Errorf("there is nothing at /%s", path[0])
	}
	v, err := edit(old, path[1:], c, insert)
	switch {
	case err != nil && len(path) > 1:
		return nil, fmt.Errorf("below /%s: %w", path[0], err)
	case err != nil:
		return nil, err
	case v == nil:
		return n.Without(path[0]), nil
	}
	return n.With(path[0], v), nil
}

func editList(n *value.Node, path []string, c change, insert bool) (*value.Node, error) {
	items := slices.Clone(n.Items())
	adding := insert && len(path) == 1
	last := len(items) - 1
	if adding {
		last++
	}
	at := last
	if !adding || path[0] != "-" {
		var err error
		if at, err = index(path[0], last); err != nil {
			return nil, err
		}
	}
	if adding {
		v, err := c(nil, false)
		if err != nil {
			return nil, err
		}
		return n.WithItems(slices.Insert(items, at, v)), nil
	}
	v, err := edit(items[at], path[1:], c, insert)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return n.WithItems(slices.Delete(items, at, at+1)), nil
	}
	items[at] = v
	return n.WithItems(items), nil
}
