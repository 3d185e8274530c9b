package profile

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/merge"
	yamlsource "github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// layer is a Layer of a release with its files read and its expressions
// compiled.
type layer struct {
	Layer
	release   *release
	index     int
	root      *value.Node // in the whole profile
	product   *value.Node // the component
	values    *value.Node
	capi      *value.Node // {cluster, infrastructure, controlPlane, workers, classes, nodes}
	patches   []patch
	manifests []File
	requires  []requirement
	conflicts []requirement
	// parts are what the layer was merged of, lowest first.
	parts []part
	// off is what enables the layer or takes it out, nil for nothing.
	off *value.Node
}

// requirement is a Requirement with its range read.
type requirement struct {
	Requirement
	met func(profile string, l *Layer) bool
	at  diag.Range
}

// patch is a ContentPatch with its expressions compiled.
type patch struct {
	target PatchTarget
	merge  *value.Node
	json   *value.Node
	at     diag.Range
}

// program is what an Expression node of a layer computes.
type program struct {
	template *expr.Template // nil for what cannot be computed, which is reported
	layer    *layer
}

func (p *program) reads() expr.Reads {
	if p.template == nil {
		return expr.Reads{}
	}
	return p.template.Reads()
}

// Same reports whether another program of the same text computes the same in every
// stack that has both: variables may be set for one profile alone.
func (p *program) Same(other value.Program) bool {
	o := other.(*program)
	if p.layer.id() == o.layer.id() {
		return true
	}
	if p.reads().Values || p.layer.release != o.layer.release && len(p.reads().Vars)+len(o.reads().Vars) > 0 {
		return false
	}
	for path := range p.paths() {
		if !sameNode(p.constant(path), o.constant(path)) {
			return false
		}
	}
	return true
}

// paths are those that the program names.
func (p *program) paths() iter.Seq[[]string] {
	if p.template == nil {
		return func(func([]string) bool) {}
	}
	return p.template.Paths()
}

// constant is what a path names of the constants and of the component, nil where
// it names something else.
func (p *program) constant(path []string) *value.Node {
	switch path[0] {
	case "consts":
		return p.layer.release.consts.Get(path[1:]...)
	case "component":
		return p.layer.product.Get(path[1:]...)
	}
	return nil
}

// id names the layer uniquely in a stack.
func (l *layer) id() string { return l.release.ref.Name + "/" + l.Name }

// at is the place of a path below the layer.
func (l *layer) at(steps ...diag.Step) diag.Range { return l.release.At(l.path(steps...)) }

func (l *layer) path(steps ...diag.Step) diag.Path {
	return diag.Fields("spec", "layers").Join(diag.Index(l.index)).Join(steps...)
}

func (l *layer) owner() string {
	if l.Owner != "" {
		return l.Owner
	}
	return l.release.profile.Spec.Owner
}

// compile reads the files that a release refers to and compiles its
// expressions. ok is false where there can be none.
func (l *loader) compile(r *release) (ok bool) {
	l.filed = 0
	r.consts = l.constants(r)
	if !l.openScopes(r) {
		return false
	}
	for i := range r.profile.Spec.Layers {
		r.layers = append(r.layers, l.compileLayer(r, i))
	}
	l.compilePresets(r)
	l.compileRules(r)
	return true
}

func (l *loader) constants(r *release) *value.Node {
	consts := r.whole.Get("spec", "constants")
	if consts.Kind() != value.Map {
		return nil
	}
	c := compiler{loader: l, release: r, find: l.filesOf(r), parsed: map[parsing]*value.Node{}}
	return c.tree(diag.Fields("spec", "constants"), consts, nil)
}

// openScopes makes the scopes of the release's expressions. Declarations that
// contradict themselves were reported by checkProfile.
func (l *loader) openScopes(r *release) bool {
	declared := expr.Declarations{Consts: r.consts, Variables: r.visibleVariables()}
	open := func(pool, values bool) *expr.Scope {
		d := declared
		d.Pool, d.Values = pool, values
		scope, err := expr.NewScope(d)
		if err != nil {
			l.add(diag.Errorf("profile.variable", r.At(diag.Fields("spec", "variables")), "%v", err))
		}
		return scope
	}
	r.scopes = scopes{plain: open(false, false), pool: open(true, false), content: open(false, true)}
	return r.scopes.plain != nil && r.scopes.pool != nil && r.scopes.content != nil
}

func (l *loader) compileLayer(r *release, i int) *layer {
	decoded := r.profile.Spec.Layers[i]
	ly := &layer{Layer: decoded, release: r, index: i}
	root := r.whole.Get("spec", "layers").Items()[i]
	ly.root, ly.product = root, root.Get("component")
	c := compiler{loader: l, release: r, layer: ly, find: l.filesOf(r)}
	ly.values = c.tree(ly.path(diag.Field("values")), root.Get("values"), r.scopes.plain)
	ly.capi = c.capi(ly.path(diag.Field("capi")), root.Get("capi"))
	ly.patches = c.patches(ly.path(diag.Field("content"), diag.Field("patches")), root.Get("content", "patches"))
	if ly.parts = c.parts(); len(ly.parts) == 1 { // else judged where it was put over another
		l.misplaced(ly.path(diag.Field("values")), root.Get("values"), ly.table())
		l.misplaced(ly.path(diag.Field("capi")), root.Get("capi"), merge.Capi)
	}
	l.listMerges(ly)
	l.add(unkeyed(root.Get("merge"), root.Get("values"))...)
	l.manifests(ly, c.find)
	l.requirements(ly)
	return ly
}

// listMerges holds the paths of merge to lists among the layer's values.
func (l *loader) listMerges(ly *layer) {
	for _, text := range slices.Sorted(maps.Keys(ly.Merge)) {
		if ly.Merge[text] == (ListMerge{}) {
			continue // could not be decoded, which is reported
		}
		where := ly.path(diag.Field("merge"), diag.Field(text))
		path, err := diag.ParsePath(text)
		found := value.NewMap([]value.Entry{{Name: "values", Value: ly.values}}, value.Place{}).Find(path)
		if err == nil && len(path) > 1 && found.Kind() == value.List {
			continue
		}
		l.add(diag.Errorf("profile.merge", ly.release.KeyAt(where), "there is no list at %s in layer %s", text, ly.Name).
			WithDetail("write the path of a list of the layer's values, for instance /values/rules").WithPath(where))
	}
}

// unkeyed finds the items of lists that do not have the key that rules say they
// have, or have that of another one: nobody could say which of them is meant.
func unkeyed(rules, values *value.Node) diag.Diagnostics {
	var found diag.Diagnostics
	whole := value.NewMap([]value.Entry{{Name: "values", Value: values}}, value.Place{})
	for _, rule := range rules.Fields() {
		key, ok := rule.Value.Get("key").Str()
		path, err := diag.ParsePath(rule.Name)
		if ok && err == nil {
			found = append(found, unkeyedItems(rule, key, whole.Find(path).Items())...)
		}
	}
	return found
}

func unkeyedItems(rule value.Entry, key string, items []*value.Node) (found diag.Diagnostics) {
	first := map[string]*value.Node{}
	for _, item := range items {
		named := item.Get(key)
		if named.IsNull() {
			found = append(found, diag.Errorf("profile.merge", item.Place().Range(), "an item of %s has no %s", rule.Name, key).
				WithDetail("give it one, or take the rule of the list out of merge").
				WithRelated(rule.Key.Range(), "that the items have it is said here"))
			continue
		}
		other := first[named.Text()]
		first[named.Text()] = item
		text := clipped(named.Text())
		if named.Sensitive() {
			text = unshownValue
		}
		if removed, _ := other.Get("$delete").Boolean(); other != nil && !removed {
			found = append(found, diag.Errorf("profile.merge", named.Place().Range(), "two items of %s have the %s %s", rule.Name, key, text).
				WithDetail("put them together, or take the rule of the list out of merge").
				WithRelated(other.Get(key).Place().Range(), "the other one is here"))
		}
	}
	return found
}

func (l *loader) manifests(ly *layer, find fileFinder) {
	if ly.Content == nil {
		return
	}
	for i, m := range ly.Content.Manifests {
		where := ly.path(diag.Field("content"), diag.Field("manifests"), diag.Index(i))
		named := ly.release.whole.Find(where)
		for _, f := range find(m.Pattern, ly.release.At(where), where) {
			f.Owner = named.Origin().Owner
			if m.Expand {
				f = l.expandable(ly, f)
			}
			ly.manifests = append(ly.manifests, f)
		}
	}
}

// expandable reads the objects of a manifest whose expressions are evaluated,
// so that a mistake in one is found when the library is loaded.
func (l *loader) expandable(ly *layer, f File) File {
	writer := &value.Writer{File: f.Name, Kind: diag.Manifest, Document: ly.release.ref.String(), Layer: ly.Name, Owner: f.Owner}
	objects, diags := yamlsource.Manifests(writer, f.Data, yamlsource.ManifestLimits)
	l.add(diags...)
	c := compiler{loader: l, release: ly.release, layer: ly}
	f.Expand = true
	for _, o := range objects {
		f.objects = append(f.objects, c.tree(nil, o, ly.release.scopes.content))
	}
	return f
}

func (l *loader) requirements(ly *layer) {
	ly.requires = l.conditions(ly, "requires", ly.Requires)
	ly.conflicts = l.conditions(ly, "conflicts", ly.Conflicts)
}

func (l *loader) conditions(ly *layer, field string, list []Requirement) []requirement {
	var out []requirement
	for i, r := range list {
		where := ly.path(diag.Field(field), diag.Index(i))
		met, err := r.MetBy()
		if err != nil {
			l.add(diag.Errorf("profile.version", ly.release.At(where.Join(diag.Field("version"))), "%v", err).WithPath(where.Join(diag.Field("version"))))
			continue
		}
		out = append(out, requirement{Requirement: r, met: met, at: ly.release.At(where)})
	}
	return out
}

// compiler turns trees as written into trees with files in place and
// expressions compiled.
type compiler struct {
	*loader
	release *release
	layer   *layer
	// parsed are the YAML and JSON files that became data. Only constants do that;
	// nil for others.
	parsed map[parsing]*value.Node
	// find finds files; nil where there are none, beside a cluster's document.
	find fileFinder
}

// tree compiles n. A nil scope leaves ${ as plain text.
func (c compiler) tree(at diag.Path, n *value.Node, scope *expr.Scope) *value.Node {
	switch n.Kind() {
	case value.String:
		return c.scalar(at, n, scope)
	case value.List:
		return c.list(at, n, scope)
	case value.Map:
		if _, ok := n.Entry("$file"); ok {
			return c.file(at, n, scope)
		}
		return c.mapping(at, n, scope)
	}
	return n
}

func (c compiler) list(at diag.Path, n *value.Node, scope *expr.Scope) *value.Node {
	items, changed := make([]*value.Node, n.Len()), false
	for i, item := range n.Items() {
		items[i] = c.tree(at.Join(diag.Index(i)), item, scope)
		changed = changed || items[i] != item
	}
	if !changed {
		return n
	}
	return n.WithItems(items)
}

func (c compiler) mapping(at diag.Path, n *value.Node, scope *expr.Scope) *value.Node {
	fields, changed := make([]value.Entry, n.Len()), false
	for i, f := range n.Fields() {
		fields[i] = f
		fields[i].Value = c.tree(at.Join(diag.Field(f.Name)), f.Value, scope)
		changed = changed || fields[i].Value != f.Value
	}
	if !changed {
		return n
	}
	return n.WithFields(fields)
}

func (c compiler) scalar(at diag.Path, n *value.Node, scope *expr.Scope) *value.Node {
	text, _ := n.Str()
	if scope == nil || !strings.Contains(text, "${") {
		return n
	}
	template, errs := scope.Compile(text)
	for _, e := range errs {
		c.add(expressionDiagnostic(e, n, text).WithPath(at))
	}
	return value.NewExpression(text, &program{template: template, layer: c.layer}, n.Place())
}

// expressionDiagnostic places an error of an expression inside its scalar,
// where the scalar stands on one line as it is.
func expressionDiagnostic(e *expr.Error, n *value.Node, text string) diag.Diagnostic {
	at := n.Place().Range()
	quotes := at.End.Column - at.Start.Column - len([]rune(text))
	if at.Start.Line == at.End.Line && (quotes == 0 || quotes == 2) {
		at.Start.Column += quotes/2 + e.Offset
		at.End.Column = at.Start.Column + max(e.Length, 1)
	}
	return diag.Errorf(e.Code, at, "%s", e.Summary).WithDetail("%s", e.Hint)
}

// file puts the file of {$file: name, expand: bool} in place.
func (c compiler) file(at diag.Path, n *value.Node, scope *expr.Scope) *value.Node {
	name, expand, ok := c.fileFields(at, n)
	if ok && c.find == nil {
		c.add(diag.Errorf("profile.file", n.Get("$file").Place().Range(), "an override cannot use a file").
			WithDetail("write the text into the override, or give the profile a variable for it").WithPath(at))
		return n
	}
	if ok && expand && scope == nil {
		c.add(diag.Errorf("profile.file", n.Get("expand").Place().Range(), "nothing is evaluated in constants").
			WithDetail("take expand away, or use the file where its expressions are evaluated: in values, capi and patches").WithPath(at))
	}
	if !ok {
		return n
	}
	found := c.find(name, n.Get("$file").Place().Range(), at)
	if len(found) != 1 {
		if len(found) > 1 {
			c.add(diag.Errorf("profile.file", n.Place().Range(), "%q matches %d files, but one value needs one file", name, len(found)).WithPath(at))
		}
		if c.parsed != nil {
			return n
		}
		return value.NewExpression(name, &program{layer: c.layer}, n.Place())
	}
	if !c.admits(found[0], n.Place(), at) {
		return value.NewNull(n.Place())
	}
	if ext := path.Ext(found[0].Name); c.parsed != nil && (ext == ".yaml" || ext == ".yml" || ext == ".json") {
		return c.data(found[0], n.Place().Writer)
	}
	text := value.NewString(found[0].text(), n.Place())
	if !expand {
		return text
	}
	return c.scalar(at, text, scope)
}

func (c compiler) fileFields(at diag.Path, n *value.Node) (name string, expand, ok bool) {
	for _, f := range n.Fields() {
		if f.Name != "$file" && f.Name != "expand" {
			c.add(diag.Errorf("profile.unknown-field", f.Key.Range(), "unknown field %q beside $file", f.Name).
				WithDetail("a file reads {$file: name} or {$file: name, expand: true}").WithPath(at))
			return "", false, false
		}
	}
	name, ok = n.Get("$file").Str()
	if !ok {
		c.add(diag.Errorf("profile.type", n.Get("$file").Place().Range(), "$file must be a string, not %s", n.Get("$file").Kind()).WithPath(at))
	}
	expand, _ = n.Get("expand").Boolean()
	return name, expand, ok
}

// parsing is a file as data, for him who names it.
type parsing struct {
	file string
	by   *value.Writer
}

// data is a YAML or JSON file as one piece of data, read once for each writer.
func (c compiler) data(f File, by *value.Writer) *value.Node {
	key := parsing{f.Name, by}
	if _, ok := c.parsed[key]; !ok {
		c.parsed[key] = c.parse(f, by)
	}
	return c.parsed[key]
}

// parse reads a YAML or JSON file as one piece of data, which is as much by him
// who names it.
func (c compiler) parse(f File, by *value.Writer) *value.Node {
	writer := &value.Writer{File: f.Name, Kind: diag.Profile, Document: by.Document, Owner: by.Owner}
	docs, diags := yamlsource.Documents(writer, f.Data, yamlsource.Limits{Bytes: int(c.layout.MaxDocument)})
	c.add(diags...)
	switch len(docs) {
	case 0:
		return value.NewNull(value.Place{Writer: writer})
	case 1:
		return docs[0]
	}
	return value.NewList(docs, value.Place{Writer: writer})
}

// slotFields are the fields of each capi slot.
var slotFields = map[string][]string{
	"cluster":        {"metadata", "spec"},
	"infrastructure": {"apiVersion", "kind", "spec"},
	"controlPlane":   {"template", "machine", "class"},
	"workers":        {"bootstrap", "machine", "class"},
	"nodes":          {"nodeRegistration", "config", "machine"},
}

// perPool are the slots that are evaluated for each pool or class.
var perPool = map[string]bool{"nodes": true, "workers": true, "classes": true}

func (c compiler) capi(at diag.Path, n *value.Node) *value.Node {
	if n.Kind() != value.Map {
		return nil
	}
	fields := make([]value.Entry, 0, n.Len())
	for _, f := range n.Fields() {
		scope := c.release.scopes.plain
		if perPool[f.Name] {
			scope = c.release.scopes.pool
		}
		where := at.Join(diag.Field(f.Name))
		c.checkSlot(where, f)
		f.Value = c.tree(where, f.Value, scope)
		fields = append(fields, f)
	}
	return n.WithFields(fields)
}

func (c compiler) checkSlot(at diag.Path, f value.Entry) {
	if f.Name == "classes" {
		for _, class := range f.Value.Fields() {
			c.checkFields(at.Join(diag.Field(class.Name)), class, slotFields["workers"])
		}
		return
	}
	if known, ok := slotFields[f.Name]; ok {
		c.checkFields(at, f, known)
	}
}

func (c compiler) checkFields(at diag.Path, f value.Entry, known []string) {
	if f.Value.Kind() != value.Map && !f.Value.IsNull() {
		c.add(diag.Errorf("profile.type", f.Value.Place().Range(), "the slot %s must be a mapping, not %s", f.Name, f.Value.Kind()).
			WithDetail("its fields are %s", strings.Join(known, ", ")).WithPath(at))
		return
	}
	for _, inner := range f.Value.Fields() {
		if !slices.Contains(known, inner.Name) {
			c.add(diag.Errorf("profile.unknown-field", inner.Key.Range(), "unknown field %q in the slot %s", inner.Name, f.Name).
				WithDetail("%s", nearestOf(inner.Name, known, "fields")).WithPath(at.Join(diag.Field(inner.Name))))
		}
	}
}

func (c compiler) patches(at diag.Path, n *value.Node) []patch {
	var out []patch
	for i, item := range n.Items() {
		where := at.Join(diag.Index(i))
		p := patch{at: item.Place().Range()}
		p.target.Kind, _ = item.Get("target", "kind").Str()
		p.target.Name, _ = item.Get("target", "name").Str()
		p.target.Namespace, _ = item.Get("target", "namespace").Str()
		p.merge = c.tree(where.Join(diag.Field("merge")), item.Get("merge"), c.release.scopes.content)
		p.json = c.tree(where.Join(diag.Field("json")), item.Get("json"), c.release.scopes.content)
		if p.merge.IsNull() {
			p.merge = nil
		}
		if p.json.IsNull() {
			p.json = nil
		}
		if p.merge.IsNull() == p.json.IsNull() {
			c.add(diag.Errorf("profile.patch", p.at, "a patch has either merge or json").
				WithDetail("merge: {...} puts fields over the object; json: [{op, path, value}] changes single places").WithPath(where))
		}
		c.foreign(where.Join(diag.Field("merge")), item.Get("merge"))
		c.checkOperations(where.Join(diag.Field("json")), p.json)
		out = append(out, p)
	}
	return out
}

func (c compiler) checkOperations(at diag.Path, ops *value.Node) {
	known := []string{"add", "copy", "move", "remove", "replace", "test"}
	for i, op := range ops.Items() {
		name, _ := op.Get("op").Str()
		if name != "" && !slices.Contains(known, name) {
			c.add(diag.Errorf("profile.patch", op.Get("op").Place().Range(), "unknown operation %q", name).
				WithDetail("%s", nearestOf(name, known, "operations")).WithPath(at.Join(diag.Index(i), diag.Field("op"))))
		}
		if p, ok := op.Get("path").Str(); ok && p != "" && !strings.HasPrefix(p, "/") {
			c.add(diag.Errorf("profile.patch", op.Get("path").Place().Range(), "the path %s does not start with a slash", strconv.Quote(p)).
				WithDetail("a path is a JSON Pointer such as /spec/replicas").WithPath(at.Join(diag.Index(i), diag.Field("path"))))
		}
	}
}

// checkAlone composes a release by itself, to find what is wrong with its
// layers whatever stack they will be in: cycles and conflicts.
func (l *loader) checkAlone(r *release) {
	recipe := recipe{releases: []*release{r}, rules: l.workspace.Library.rules}
	alone := recipe.compose()
	alone.judgeAlone()
	for _, found := range alone.diags {
		switch found.Code {
		case "profile.cycle", "profile.conflict", "profile.fixed", "profile.fixed-path", "profile.constrained", "profile.too-large":
			r.alone = append(r.alone, found)
		}
	}
	l.add(r.alone...)
}
