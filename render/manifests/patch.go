package manifests

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/patch"
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
		tree = patch.Merge(tree, p.Merge.Tree())
	}
	for _, op := range p.JSON.Tree().Items() {
		next, err := patch.Apply(tree, op)
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
		next, err := patch.Apply(tree, op)
		if err != nil || !next.Find(path).Equal(tree.Find(path)) {
			return op.Get("path").Origin()
		}
		tree = next
	}
	return p.JSON.Tree().Origin()
}
