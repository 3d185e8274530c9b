package profile

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// checkFixed judges the paths that a layer fixes as written.
func (l *loader) checkFixed(r *release, ly Layer, at diag.Path) {
	for i, f := range ly.Fixed {
		l.checkBinding(r, f.Path, at.Join(diag.Field("fixed"), diag.Index(i)), "fixed")
	}
}

// bindable are the fields that the paths of each list of rules start with.
var bindable = map[string][]string{"fixed": {"values", "capi", "objects"}, "constrained": {"values", "capi"}}

// checkBinding judges the path of a rule of a list as written.
func (l *loader) checkBinding(r *release, text string, where diag.Path, list string) {
	path, err := diag.ParsePath(text)
	code, fields := "profile."+list+"-path", bindable[list]
	switch name, _ := firstField(path); {
	case text == "": // could not be decoded, which is reported
	case err != nil:
		l.reject(r, code, where, "write for instance /values/replicas", "%v", err)
	case name == "objects" && slices.Contains(fields, name) && !namesField(path):
		l.reject(r, code, where, "write /objects/<Kind>/<name or *>/<field>", "the path %s names no field of an object", text)
	case slices.Contains(fields, name) && len(path) < 2:
		l.reject(r, code, where, "write for instance /"+name+"/<field>: what is meant there", "the path %s must name something below it", text)
	case !slices.Contains(fields, name):
		l.reject(r, code, where, startsWith(fields), "the path %s leads nowhere", text)
	}
}

// startsWith is the hint for a path that starts with none of the fields.
func startsWith(fields []string) string {
	last := len(fields) - 1
	return "a path starts with /" + strings.Join(fields[:last], ", /") + " or /" + fields[last]
}

// namesField reports whether a path has the form /objects/<Kind>/<name>/<field>.
func namesField(path diag.Path) bool {
	return len(path) > 3 && !slices.ContainsFunc(path[:3], func(s diag.Step) bool { _, ok := s.IsField(); return !ok })
}

func firstField(path diag.Path) (string, bool) {
	if len(path) == 0 {
		return "", false
	}
	return path[0].IsField()
}

// binding is the i-th rule of a list of the layer; ok is false where its path is
// wrong, which is reported for the profile.
func (l *layer) binding(list string, i int, text string) (f fixed, ok bool) {
	path, err := diag.ParsePath(text)
	at := l.root.Get(list).Items()[i].Place()
	name, _ := firstField(path)
	ok = err == nil && len(path) > 1 && slices.Contains(bindable[list], name) && (name != "objects" || namesField(path))
	return fixed{path: path, by: l, target: l, owner: at.Writer.Owner, document: at.Writer.Document, at: at.Range()}, ok
}

// addDisabled refuses that a layer is disabled of which another one fixes paths:
// once for both.
func (c *composition) addDisabled(f fixed, disabled *layer) {
	same := func(d diag.Diagnostic) bool {
		return d.Code == "profile.fixed" && d.Range == disabled.off.Place().Range() && slices.ContainsFunc(d.Related, func(r diag.Related) bool { return r.Range.File == f.at.File })
	}
	if slices.ContainsFunc(c.diags, same) {
		return
	}
	c.add(diag.Errorf("profile.fixed", disabled.off.Place().Range(), "%s disables layer %s, of which layer %s of %s, owner %s, fixes %s", documentOf(disabled.off.Place().Writer), disabled.id(), f.by.Name, f.document, f.owner, f.path).
		WithDetail("leave the layer in, or ask %s", f.owner).
		WithRelated(f.at, "it is fixed here").
		WithRelated(disabled.at(diag.Field("name")), "layer %s of %s, owner %s", disabled.Name, disabled.release.ref, disabled.owner()))
}

// aim finds the other layer that a rule is about.
func (c *composition) aim(f *fixed, address, verb string) bool {
	if disabled, err := findLayer(c.disabled, address); err == nil {
		if name, _ := firstField(f.path); verb == "constrains" {
			f.target = disabled
			return name == "capi" // of a layer without values, nothing is out of bounds
		}
		c.addDisabled(*f, disabled)
		return false
	}
	target, err := findLayer(c.layers, address)
	if err != nil {
		c.add(diag.Errorf("profile.unknown-layer", f.at, "%v", err).WithDetail("%s", layerHint(err)))
		return false
	}
	f.target = target
	if target.owner() != f.owner && !c.recipe.rules.entitles(*f) {
		c.add(diag.Errorf("profile.not-entitled", f.at, "layer %s of %s %s %s of layer %s, which belongs to %s", f.by.Name, f.document, verb, f.path, target.Name, target.owner()).
			WithDetail("%s", c.recipe.rules.hint(*f)).
			WithRelated(target.at(diag.Field("name")), "layer %s of %s, owner %s", target.Name, target.release.ref, target.owner()))
		return false
	}
	return true
}
