package profile

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	yamlsource "github.com/dayzero-sdk/dayzero/internal/source"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

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
