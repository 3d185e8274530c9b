package drift

import (
	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// difference is a place where what is declared and what is live are not the
// same, before anybody asks why.
type difference struct {
	path       diag.Path
	detail     Detail
	want, live *value.Node
	guess      bool // no schema covers the place
	rule       string
}

// walker compares two trees by their type. It is used for one object and not
// shared.
type walker struct {
	path   []step
	frames []frame
	out    []difference
	// invalid collects what the server would refuse in the declared tree.
	invalid []string
	// required: missing required fields make the declared tree invalid.
	required bool
	// shown turns a path into what may be told of it.
	shown  func(diag.Path) diag.Path
	budget int
}

// step is one step of the path being walked; it becomes a [diag.Step] only when
// a difference is found there.
type step struct {
	name  string
	elem  *value.Node // of a list: the element that has the key or is the value
	list  *kubeschema.Type
	keys  []string
	index int
}

// frame remembers the structs above the current place, which may have defaults
// for it.
type frame struct {
	typ        *kubeschema.Type
	want, live *value.Node
	depth      int
}

// walkBudget bounds the comparisons inside one object's unordered lists.
const walkBudget = 200_000

var anyType = &kubeschema.Type{Kind: kubeschema.Any}

func (w *walker) emit(detail Detail, t *kubeschema.Type, want, live *value.Node) {
	w.out = append(w.out, difference{path: w.here(), detail: detail, want: want, live: live, guess: t == nil || t.Kind == kubeschema.Any})
}

// field compares the values of one field.
func (w *walker) field(f kubeschema.Field, want, live *value.Node) {
	switch {
	case want.IsNull() && live.IsNull():
	case want.IsNull():
		if want == nil || !isZero(live) && live.Text() != "0" {
			w.liveOnly(f, live)
		}
	case live.IsNull():
		w.wantOnly(f, want)
	default:
		w.both(f.Type, want, live)
	}
}

func (w *walker) both(t *kubeschema.Type, want, live *value.Node) {
	if t.IsScalar() {
		w.scalar(t, want, live)
		return
	}
	switch a, b := want.Kind(), live.Kind(); {
	case a == value.Map && b == value.Map:
		w.fields(t, want, live)
	case a == value.List && b == value.List:
		w.list(t, want, live)
	case a >= value.List || b >= value.List:
		w.emit(Changed, t, want, live)
	default:
		w.scalar(anyType, want, live)
	}
}

// fields compares two mappings, field by field.
func (w *walker) fields(t *kubeschema.Type, want, live *value.Node) {
	w.push(t, want, live)
	a, b := want.Fields(), live.Fields()
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Name < b[0].Name:
			w.named(t, a[0].Name, a[0].Value, nil)
			a = a[1:]
		case len(a) == 0 || b[0].Name < a[0].Name:
			w.named(t, b[0].Name, nil, b[0].Value)
			b = b[1:]
		default:
			w.named(t, a[0].Name, a[0].Value, b[0].Value)
			a, b = a[1:], b[1:]
		}
	}
	w.requireFields(t, want)
	w.pop(t)
}

func (w *walker) named(t *kubeschema.Type, name string, want, live *value.Node) {
	if len(w.path) < 2 && isServers(w.path, name) {
		return
	}
	f, known := memberOf(t, name)
	w.path = append(w.path, step{name: name})
	if !known && !t.Open && want != nil && w.required {
		w.refuse("%s is not in the schema, the server drops it", w.told())
	}
	w.field(f, want, live)
	w.path = w.path[:len(w.path)-1]
}

// isServers reports whether a field near the root identifies the object or is
// the server's alone.
func isServers(path []step, name string) bool {
	if len(path) == 0 {
		return name == "apiVersion" || name == "kind" || name == "status"
	}
	if path[0].name != "metadata" {
		return false
	}
	switch name {
	case "name", "namespace", "generateName", "uid", "resourceVersion", "generation", "creationTimestamp",
		"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields":
		return true
	}
	return false
}

// memberOf is the field of a struct or the entry of a map; of any type, and not
// known, when a struct does not declare it.
func memberOf(t *kubeschema.Type, name string) (f kubeschema.Field, known bool) {
	switch t.Kind {
	case kubeschema.Struct:
		if f, ok := t.Field(name); ok {
			return f, true
		}
	case kubeschema.Map:
		return kubeschema.Field{Name: name, Type: t.Elem}, true
	case kubeschema.Any:
		return kubeschema.Field{Name: name, Type: anyType}, true
	}
	return kubeschema.Field{Name: name, Type: anyType}, false
}

func (w *walker) requireFields(t *kubeschema.Type, want *value.Node) {
	if !w.required || want == nil || t.Kind != kubeschema.Struct {
		return
	}
	for _, f := range t.Fields {
		if f.Required && want.Get(f.Name) == nil && !w.hasDefault(t, f.Name) {
			w.refuse("%s/%s is required", w.told(), f.Name)
		}
	}
}

func (w *walker) hasDefault(t *kubeschema.Type, name string) bool {
	for _, d := range t.Defaults {
		if len(d.Path) == 1 && d.Path[0] == name {
			return true
		}
	}
	return false
}

// liveOnly judges what is live and not declared.
func (w *walker) liveOnly(f kubeschema.Field, live *value.Node) {
	if isVoid(f, live) || w.isDefault(f.Type, live) {
		return
	}
	switch {
	case live.Kind() == value.Map && !f.Type.IsScalar():
		before := len(w.out)
		w.fields(f.Type, nil, live)
		if len(w.out) == before && !f.Zero && f.Type.Kind != kubeschema.Map && !w.implied() {
			w.emit(Added, f.Type, nil, live)
		}
	case live.Kind() == value.List && hasElements(f.Type):
		w.elements(f.Type, nil, live)
	default:
		w.emit(Added, f.Type, nil, live)
	}
}

// wantOnly judges what is declared and not live.
func (w *walker) wantOnly(f kubeschema.Field, want *value.Node) {
	w.check(f.Type, want)
	if isVoid(f, want) || w.isDefault(f.Type, want) {
		return
	}
	switch {
	case want.Kind() == value.Map && !f.Type.IsScalar():
		w.missing(f, want)
	case want.Kind() == value.List && hasElements(f.Type):
		w.elements(f.Type, want, nil)
	default:
		w.emit(Removed, f.Type, want, nil)
	}
}

// missing judges a declared mapping that is not live: by its entries where the
// mapping itself says nothing, else as a whole.
func (w *walker) missing(f kubeschema.Field, want *value.Node) {
	before := len(w.out)
	w.fields(f.Type, want, nil)
	if f.Zero || f.Type.Kind == kubeschema.Map {
		return
	}
	if len(w.out) > before || !w.implied() {
		w.out = w.out[:before]
		w.emit(Removed, f.Type, want, nil)
	}
}

func hasElements(t *kubeschema.Type) bool {
	return t.Kind == kubeschema.List && t.Relation != kubeschema.Atomic
}

// isVoid reports whether having n means the same as having nothing.
func isVoid(f kubeschema.Field, n *value.Node) bool {
	if f.Zero {
		return isZero(n)
	}
	return n.Kind() == value.List && n.Len() == 0 || f.Type.Kind == kubeschema.Map && n.Len() == 0
}

func isZero(n *value.Node) bool {
	switch n.Kind() {
	case value.Null:
		return true
	case value.Bool:
		b, _ := n.Boolean()
		return !b
	case value.Int, value.Float:
		x, _ := n.Number()
		return x == 0
	case value.String:
		s, _ := n.Str()
		return s == ""
	}
	return n.Len() == 0
}

func (w *walker) push(t *kubeschema.Type, want, live *value.Node) {
	if len(t.Defaults) > 0 {
		w.frames = append(w.frames, frame{t, want, live, len(w.path)})
	}
}

func (w *walker) pop(t *kubeschema.Type) {
	if len(t.Defaults) > 0 {
		w.frames = w.frames[:len(w.frames)-1]
	}
}
