package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

func declarationPath(index int) diag.Path {
	return diag.Fields("spec", "variables").Join(diag.Index(index))
}

// checkVariables judges the declarations of a release and prepares those without
// mistakes.
func (l *loader) checkVariables(r *release) {
	seen := map[string]int{}
	for i, v := range r.profile.Spec.Variables {
		at := declarationPath(i)
		if first, twice := seen[v.Name]; twice && v.Name != "" {
			l.add(diag.Errorf("profile.duplicate", r.At(at.Join(diag.Field("name"))), "variable %q is declared twice", v.Name).
				WithDetail("keep one of the two").WithPath(at).
				WithRelated(r.At(declarationPath(first).Join(diag.Field("name"))), "the other one is here"))
		}
		seen[v.Name] = i
		if v.Name != "" && !identifier.MatchString(v.Name) {
			l.reject(r, "profile.variable", at.Join(diag.Field("name")), "use letters, digits and _, for instance podCIDR", "the variable name %q is not an identifier", v.Name)
		}
		found := v.check()
		for _, p := range found {
			if !p.told {
				l.add(r.misdeclared(i, p))
			}
		}
		r.inputs = append(r.inputs, nil)
		if len(found) == 0 {
			r.inputs[i] = newInput(r, i)
		}
	}
}

// misdeclared is what is wrong with the declaration of a variable. A declaration
// that shows what is sensitive is not shown itself.
func (r *release) misdeclared(index int, p problem) diag.Diagnostic {
	v, path := r.profile.Spec.Variables[index], declarationPath(index).Join(p.path...)
	show := func(at diag.Range) diag.Range {
		if v.Sensitive {
			return withoutExcerpt(at)
		}
		return at
	}
	found := diag.Errorf("profile.variable", show(r.At(path)), "variable %s: %s", v.Name, p.problem).WithDetail("%s", p.hint).WithPath(path)
	if p.other != nil {
		found = found.WithRelated(show(r.At(declarationPath(index).Join(p.other...))), "%s", p.otherSays)
	}
	return found
}

// visibleVariables are the variables as expressions of the release see them.
// Declarations that contradict themselves were reported.
func (r *release) visibleVariables() []expr.Variable {
	var out []expr.Variable
	seen := map[string]bool{}
	for _, v := range r.profile.Spec.Variables {
		if known(v.Type) && v.Name != "" && !seen[v.Name] {
			seen[v.Name] = true
			out = append(out, visible(v.Name, v.Schema, 0))
		}
	}
	return out
}

func visible(name string, s Schema, depth int) expr.Variable {
	out := expr.Variable{Name: name, Type: typeRules[s.Type].cel}
	if depth > maxNesting {
		return out
	}
	for _, inner := range s.elements() {
		items := visible("", *inner, depth+1)
		out.Items = &items
	}
	for name, p := range s.Properties {
		out.Properties = append(out.Properties, visible(name, p.Schema, depth+1))
	}
	slices.SortFunc(out.Properties, func(a, b expr.Variable) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// unusedVariables warns about variables that no expression of the profile reads.
// An abstract profile may declare them for those that extend it; in a profile
// with mistakes a misspelt reference may be the reason. A secretRef is of use
// unread: it says which Secrets must exist.
func (l *loader) unusedVariables(r *release) {
	if r.profile.Spec.Abstract {
		return
	}
	read := r.reads()
	for i, in := range r.inputs {
		if in == nil || read[in.Name] || in.Type == SecretRefVariable || in.at().File != r.root.Place().Range().File {
			continue // an inherited one is the parent's matter
		}
		at := declarationPath(i).Join(diag.Field("name"))
		l.add(diag.Warningf("profile.unused-variable", r.At(at), "variable %s is not used", in.Name).
			WithDetail("read it as ${vars.%s} in values, capi, patches or expanded files, or in a rule; or take it out", in.Name).WithPath(r.written(at)))
	}
}

// reads are the names of the variables that expressions of the release read.
func (r *release) reads() map[string]bool {
	read := map[string]bool{}
	layers := slices.Clone(r.layers)
	for _, p := range r.presets {
		layers = append(layers, p.layers...)
	}
	for _, ly := range layers {
		trees := []*value.Node{ly.values, ly.capi}
		for _, p := range ly.patches {
			trees = append(trees, p.merge, p.json)
		}
		for _, f := range ly.manifests {
			trees = append(trees, f.objects...)
		}
		for _, tree := range trees {
			for e := range tree.Expressions() {
				for _, name := range e.Program().(*program).reads().Vars {
					read[name] = true
				}
			}
		}
	}
	for _, rule := range r.rules {
		for _, name := range rule.Reads().Vars {
			read[name] = true
		}
	}
	return read
}

// collectInputs gathers the variables that can judge values: declarations with
// mistakes were reported when the profile was loaded.
func (c *composition) collectInputs() {
	c.inputs, c.unjudged, c.sensitive = map[string][]*input{}, map[string]bool{}, map[string]bool{}
	for _, r := range c.recipe.releases {
		for i, in := range r.inputs {
			switch {
			case in == nil:
				c.unjudged[r.profile.Spec.Variables[i].Name] = true
			default:
				c.inputs[in.Name] = append(c.inputs[in.Name], in)
				c.sensitive[in.Name] = c.sensitive[in.Name] || in.Sensitive
			}
		}
	}
	c.variables = sortedKeys(c.inputs)
}

// checkInputs holds profiles that declare one variable to one type and scope,
// and to constraints that leave a value.
func (c *composition) checkInputs() {
	for _, declared := range c.inputs {
		first := declared[0]
		for _, in := range declared[1:] {
			switch {
			case !sameType(in.Schema, first.Schema):
				c.disagree("profile.variable-type", in, first, fmt.Sprintf("is %s in %s and %s in %s", in.outline(), in.release.ref, first.outline(), first.release.ref),
					"agree on the type, or rename one")
			case cmp.Or(in.Scope, ClusterScope) != cmp.Or(first.Scope, ClusterScope):
				c.disagree("profile.variable-scope", in, first, fmt.Sprintf("has scope %s in %s and %s in %s", cmp.Or(in.Scope, ClusterScope), in.release.ref, cmp.Or(first.Scope, ClusterScope), first.release.ref),
					"agree on the scope, or rename one")
			default:
				c.checkCommon(in, declared)
			}
		}
	}
}

// outline is the type with its parts: "list of string".
func (s Schema) outline() string {
	for _, inner := range s.elements() {
		return string(s.Type) + " of " + inner.outline()
	}
	if len(s.Properties) == 0 {
		return string(s.Type)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		parts = append(parts, name+" "+s.Properties[name].outline())
	}
	return string(s.Type) + " {" + strings.Join(parts, ", ") + "}"
}

// disagree adds that two profiles declare one variable in ways that do not go
// together, at both declarations.
func (c *composition) disagree(code string, in, other *input, says, hint string) {
	c.add(diag.Errorf(code, in.at(), "variable %s %s", in.Name, says).
		WithDetail("one name in two profiles is one variable: %s", hint).
		WithRelated(other.at(), "the other declaration is here"))
}

// checkCommon holds the constraints of one declaration to those in front of it:
// some value must fit both.
func (c *composition) checkCommon(in *input, declared []*input) {
	for _, other := range declared {
		if other == in {
			return
		}
		if says := nothingInCommon(in.form, other.form); says != "" {
			c.disagree("profile.variable-constraints", in, other, fmt.Sprintf("allows no value that suits both %s and %s: %s", in.release.ref, other.release.ref, says),
				"widen one of the declarations, or rename one")
			return
		}
	}
}

// nothingInCommon says why no value fits both a and b; "" where one may.
func nothingInCommon(a, b *form) string {
	for _, pair := range [][2]*form{{a, b}, {b, a}} {
		low, high := pair[0], pair[1]
		if n := low.Min.node; high.over != nil && !n.IsNull() && high.over(n) > 0 {
			return fmt.Sprintf("one has min %s, the other max %s", n.Text(), high.Max.node.Text())
		}
		if low.MinLength != nil && high.MaxLength != nil && *low.MinLength > *high.MaxLength {
			return fmt.Sprintf("one has minLength %d, the other maxLength %d", *low.MinLength, *high.MaxLength)
		}
		if low.MinItems != nil && high.MaxItems != nil && *low.MinItems > *high.MaxItems {
			return fmt.Sprintf("one has minItems %d, the other maxItems %d", *low.MinItems, *high.MaxItems)
		}
	}
	if len(a.Enum) > 0 && len(b.Enum) > 0 && !slices.ContainsFunc(a.Enum, func(text string) bool { return slices.Contains(b.Enum, text) }) {
		return "their enum lists share no value"
	}
	return ""
}

// sameType reports whether two schemas are of one type, with their parts.
func sameType(a, b Schema) bool {
	if a.Type != b.Type {
		return false
	}
	for field, inner := range a.elements() {
		if other := b.elements()[field]; other == nil || !sameType(*inner, *other) {
			return false
		}
	}
	for name, p := range a.Properties {
		if other, ok := b.Properties[name]; ok && !sameType(p.Schema, other.Schema) {
			return false
		}
	}
	return true
}

// checkDefaults holds the default of a variable that profiles share to the
// constraints of all of them. It is of no matter where the value is set: each
// cluster decides that.
func (c *composition) checkDefaults() {
	c.unsuited = map[*input]diag.Diagnostics{}
	left := maxMatching
	for _, declared := range c.inputs {
		i := slices.IndexFunc(declared, func(in *input) bool { return in.preset != nil })
		if i < 0 {
			continue
		}
		from := declared[i]
		for _, in := range declared {
			if in == from || !sameType(in.Schema, from.Schema) || c.overlaid(in) {
				continue
			}
			found := in.form.judge(from.preset, &left)
			if len(found) > 0 && c.sensitive[in.Name] {
				found = []problem{withheld(in.Schema)}
			}
			for _, p := range found {
				at := from.preset.Find(p.path).Place().Range()
				if c.sensitive[in.Name] {
					at = withoutExcerpt(at)
				}
				c.unsuited[in] = append(c.unsuited[in], diag.Errorf("profile.variable-value", at, "the default of variable %s: %s", in.Name, p).
					WithDetail("one name in two profiles is one variable: set it, or let the default of %s suit %s", from.release.ref, in.release.ref).
					WithRelated(in.at(), "it is constrained here, owner %s", in.declarer().Owner))
			}
		}
	}
}

// overlaid reports whether an overlay sets the variable.
func (c *composition) overlaid(in *input) bool {
	return slices.ContainsFunc(c.recipe.overlays, func(o *overlay) bool { return in.setIn(o.root.Get("spec", "variables")) != nil })
}
