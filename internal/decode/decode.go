package decode

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Options say what decoding does beyond the rules of encoding/json.
type Options struct {
	// Raw fills types that read the tree themselves. An error says what the
	// value must be: "must be a number or a percentage".
	Raw map[reflect.Type]func(*value.Node, reflect.Value) error
	// Later names fields, as "Type.field", that belong to the format but are not
	// supported yet, with the reason.
	Later map[string]string
	// Empty names required strings, as "Type.field", that "" is a value of. For
	// all others it is as good as none.
	Empty map[string]bool
	// Written gives a path of the tree as findings name it: where the tree was put
	// together of several documents. Default: as it is.
	Written func(diag.Path) diag.Path
	// About is told, for each finding, which part of the tree could not be read: of
	// a misspelt field the one that was probably meant, of a field that resembles
	// none nothing. Default: nobody is.
	About func(diag.Path)
}

// Into decodes root into the struct that target points to. Of a document with
// very many mistakes it reports the first ones, and how many more there are.
func Into(root *value.Node, target any, options Options) diag.Diagnostics {
	d := decoder{options: options}
	d.value(nil, root.Place(), root, reflect.ValueOf(target).Elem())
	if d.unsaid > 0 {
		d.diags = append(d.diags, diag.Errorf("source.more", root.Place().Range(), "%d more things are wrong in this document; they are not shown", d.unsaid).
			WithDetail("mend those that are, and read it again"))
	}
	return d.diags
}

// maxFindings bounds what is said of one document: all it has may be misspelt.
const maxFindings = 100

type decoder struct {
	options Options
	diags   diag.Diagnostics
	unsaid  int // findings beyond the bound
}

// value decodes n, which stands behind the key at key, into out.
func (d *decoder) value(path diag.Path, key value.Place, n *value.Node, out reflect.Value) {
	if n.IsNull() {
		return
	}
	if fill, ok := d.options.Raw[out.Type()]; ok {
		if err := fill(n, out); err != nil {
			d.refuse(path, n, err)
		}
		return
	}
	if u, ok := out.Addr().Interface().(json.Unmarshaler); ok {
		d.unmarshal(path, n, u)
		return
	}
	switch out.Kind() {
	case reflect.Pointer:
		target := reflect.New(out.Type().Elem())
		d.value(path, key, n, target.Elem())
		out.Set(target)
	case reflect.Struct:
		d.structure(path, key, n, out)
	case reflect.Slice:
		d.slice(path, n, out)
	case reflect.Map:
		d.mapping(path, n, out)
	default:
		d.scalar(path, n, out)
	}
}

func (d *decoder) unmarshal(path diag.Path, n *value.Node, u json.Unmarshaler) {
	if err := u.UnmarshalJSON(n.AppendJSON(nil)); err != nil {
		d.refuse(path, n, err)
	}
}

func (d *decoder) refuse(path diag.Path, n *value.Node, err error) {
	d.add(diag.Errorf("profile.value", n.Place().Range(), "%s %s", d.name(path), strings.TrimPrefix(err.Error(), "json: ")), path)
}

func (d *decoder) scalar(path diag.Path, n *value.Node, out reflect.Value) {
	switch out.Kind() {
	case reflect.String:
		if s, ok := n.Str(); ok {
			out.SetString(s)
			return
		}
	case reflect.Bool:
		if b, ok := n.Boolean(); ok {
			out.SetBool(b)
			return
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		i, ok := n.Integer()
		if ok && out.OverflowInt(i) {
			limit := int64(1)<<(out.Type().Bits()-1) - 1
			d.refuse(path, n, fmt.Errorf("must be an integer from %d to %d, not %d", -limit-1, limit, i))
			return
		}
		if ok {
			out.SetInt(i)
			return
		}
	}
	d.mismatch(path, n, expected(out.Kind()))
}

func expected(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Struct, reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	}
	return "an integer"
}

func (d *decoder) mismatch(path diag.Path, n *value.Node, want string) {
	got := n.Kind().String()
	if n.Kind() != value.List && n.Kind() != value.Map {
		got += " " + display(n)
	}
	found := diag.Errorf("profile.type", n.Place().Range(), "%s must be %s, not %s", d.name(path), want, got)
	d.add(found.WithDetail("%s", mismatchHint(path, n, want)), path)
}

func display(n *value.Node) string {
	text := value.Short(n.Text(), 40)
	if n.Kind() == value.String {
		return fmt.Sprintf("%q", text)
	}
	return text
}

func mismatchHint(path diag.Path, n *value.Node, want string) string {
	field := lastField(path)
	switch {
	case want == "a string" && n.Kind() == value.Float:
		return fmt.Sprintf("quote it: %s: %q; without quotes YAML reads a number, and 1.30 becomes 1.3", field, n.Text())
	case want == "a string" && (n.Kind() == value.Int || n.Kind() == value.Bool):
		return fmt.Sprintf("quote it: %s: %q", field, n.Text())
	case want == "a list":
		return fmt.Sprintf("write a list, also for one item: %s: [...]", field)
	case want == "a boolean":
		return "write true or false without quotes"
	case want == "an integer" && n.Kind() == value.String:
		return fmt.Sprintf("write a whole number without quotes: %s: 1", field)
	case want == "an integer" && n.Kind() == value.Float:
		if i, ok := n.Whole(); ok {
			return fmt.Sprintf("write it without point and exponent: %s: %d", field, i)
		}
	case want == "a mapping":
		return fmt.Sprintf("write the fields of %s below it, indented", field)
	}
	return "write " + want
}

func (d *decoder) slice(path diag.Path, n *value.Node, out reflect.Value) {
	if n.Kind() != value.List {
		d.mismatch(path, n, "a list")
		return
	}
	items := reflect.MakeSlice(out.Type(), n.Len(), n.Len())
	for i, item := range n.Items() {
		at := path.Join(diag.Index(i))
		if item.IsNull() {
			d.add(diag.Errorf("profile.type", item.Place().Range(), "%s is empty", d.name(at)).WithDetail("write the item or remove its dash"), at)
			continue
		}
		d.value(at, item.Place(), item, items.Index(i))
	}
	out.Set(items)
}

func (d *decoder) mapping(path diag.Path, n *value.Node, out reflect.Value) {
	if n.Kind() != value.Map {
		d.mismatch(path, n, "a mapping")
		return
	}
	m := reflect.MakeMapWithSize(out.Type(), n.Len())
	for _, f := range n.Fields() {
		at := path.Join(diag.Field(f.Name))
		v := reflect.New(out.Type().Elem())
		if f.Value.IsNull() && !d.isEntry(at, f.Value, v) {
			continue
		}
		d.value(at, f.Key, f.Value, v.Elem())
		m.SetMapIndex(reflect.ValueOf(f.Name), v.Elem())
	}
	out.Set(m)
}

// isEntry reports whether null is an entry of a mapping. For types that read the
// tree themselves it is, and where fields were to be it is a mistake; for others it
// is as good as none.
func (d *decoder) isEntry(path diag.Path, n *value.Node, out reflect.Value) bool {
	if _, raw := d.options.Raw[out.Type().Elem()]; raw {
		return true
	}
	_, reads := out.Interface().(json.Unmarshaler)
	fields := !reads && out.Elem().Kind() == reflect.Struct
	if fields {
		d.add(diag.Errorf("profile.type", n.Place().Range(), "%s is empty", d.name(path)).WithDetail("write its fields or remove its name"), path)
	}
	return fields
}

func (d *decoder) structure(path diag.Path, key value.Place, n *value.Node, out reflect.Value) {
	if n.Kind() != value.Map {
		d.mismatch(path, n, "a mapping")
		return
	}
	known := fieldsOf(out.Type())
	meant := map[string]bool{} // by unknown fields: one slip is one finding
	for _, f := range n.Fields() {
		field, ok := known[f.Name]
		if !ok {
			meant[d.unknown(path, f, out.Type(), known)] = true
			continue
		}
		d.value(path.Join(diag.Field(f.Name)), f.Key, f.Value, out.FieldByIndex(field.index))
	}
	for _, name := range sortedNames(known) {
		switch v := n.Get(name); {
		case !known[name].required || meant[name]:
		case v.IsNull():
			d.missing(path, key, n, name)
		case isEmpty(v) && out.FieldByIndex(known[name].index).Kind() == reflect.String && !d.options.Empty[out.Type().Name()+"."+name]:
			d.empty(path, v, name)
		}
	}
}

func isEmpty(n *value.Node) bool {
	s, ok := n.Str()
	return ok && s == ""
}

func (d *decoder) missing(path diag.Path, key value.Place, n *value.Node, field string) {
	at := key
	if e, ok := n.Entry(field); ok {
		at = e.Key
	}
	d.add(diag.Errorf("profile.required", at.Range(), "%s is missing%s", field, d.within(path)).
		WithDetail("add %s: with a value", field), path.Join(diag.Field(field)))
}

func (d *decoder) empty(path diag.Path, n *value.Node, field string) {
	d.add(diag.Errorf("profile.required", n.Place().Range(), "%s is empty%s", field, d.within(path)).
		WithDetail("give %s a value", field), path.Join(diag.Field(field)))
}

// within says in messages where a field is: " in spec.pools".
func (d *decoder) within(path diag.Path) string {
	if len(d.written(path)) == 0 {
		return ""
	}
	return " in " + d.name(path)
}

// unknown reports a field and returns the known one that was probably meant.
func (d *decoder) unknown(path diag.Path, f value.Entry, t reflect.Type, known map[string]field) string {
	at := path.Join(diag.Field(f.Name))
	if len(d.diags) == maxFindings {
		d.unsaid++
		d.about(path)
		return ""
	}
	if why, ok := d.options.Later[t.Name()+"."+f.Name]; ok {
		d.add(diag.Errorf("profile.unsupported", f.Key.Range(), "%s is not supported yet", f.Name).WithDetail("%s", why), at)
		return ""
	}
	names := sortedNames(known)
	hint := "known fields are " + strings.Join(names, ", ")
	near, ok := diag.Nearest(f.Name, names)
	if ok {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	if ok {
		d.about(path.Join(diag.Field(near)))
	}
	d.say(diag.Errorf("profile.unknown-field", f.Key.Range(), "unknown field %q%s", f.Name, d.within(path)).WithDetail("%s", hint), at)
	return near
}

func (d *decoder) about(path diag.Path) {
	if d.options.About != nil {
		d.options.About(path)
	}
}

// add reports that what stands at path cannot be read.
func (d *decoder) add(found diag.Diagnostic, path diag.Path) {
	d.about(path)
	d.say(found, path)
}

func (d *decoder) say(found diag.Diagnostic, path diag.Path) {
	if len(d.diags) == maxFindings {
		d.unsaid++
		return
	}
	d.diags = append(d.diags, found.WithPath(d.written(path)))
}

func (d *decoder) written(path diag.Path) diag.Path {
	if d.options.Written == nil {
		return path
	}
	return d.options.Written(path)
}

func (d *decoder) name(path diag.Path) string { return Name(d.written(path)) }

// Name is the path as messages name it: "spec.pools.workers[0]". A field whose
// name would be read as several is quoted: spec.merge["/values/rules"].
func Name(path diag.Path) string {
	if len(path) == 0 {
		return "the document"
	}
	var b strings.Builder
	for _, step := range path {
		name, ok := step.IsField()
		switch {
		case !ok:
			b.WriteString(strings.TrimPrefix(diag.Path{step}.String(), "/"))
		case strings.ContainsAny(name, "./~[] \""):
			fmt.Fprintf(&b, "[%q]", name)
		case b.Len() > 0:
			b.WriteString("." + name)
		default:
			b.WriteString(name)
		}
	}
	return b.String()
}

func lastField(path diag.Path) string {
	for _, step := range slices.Backward(path) {
		if name, ok := step.IsField(); ok {
			return name
		}
	}
	return "it"
}
