package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// policyFile is a file of policies while it is read.
type policyFile struct {
	text     lines
	policies []*policy
	sources  *sourcePolicy
	found    diag.Diagnostics
}

// readPolicyFile reads a file of policies. Each file stands for itself. With an
// error among the findings it has no policies.
func readPolicyFile(file profile.File) *policyFile {
	f := &policyFile{text: newLines(file.Name, file.Data)}
	if len(file.Data) > maxPolicyFile {
		f.add("validate.policy-limit", diag.Range{File: file.Name}, "split it", "a file of policies has at most %d bytes", maxPolicyFile)
		return f
	}
	syntax, err := parser.ParseFile(file.Name, file.Data)
	if err != nil {
		f.failed(err)
		return f
	}
	work, refused := scanFile(syntax, f.text)
	if f.found = refused; len(refused) > 0 {
		return f
	}
	f.declarations(syntax, work)
	if !f.found.HasErrors() {
		f.compile(syntax)
	}
	if f.found.HasErrors() {
		f.policies, f.sources = nil, nil
	}
	return f
}

func (f *policyFile) add(code string, at diag.Range, hint, format string, args ...any) {
	f.found = append(f.found, diag.Errorf(code, at, format, args...).WithDetail("%s", hint))
}

// failed reports what CUE says about the file.
func (f *policyFile) failed(err error) {
	for _, e := range errors.Errors(err) {
		at := e.Position()
		for _, p := range e.InputPositions() {
			if !at.IsValid() {
				at = p
			}
		}
		format, args := e.Msg()
		f.add("validate.policy-syntax", f.text.at(at), "policies are CUE: https://cuelang.org/docs", "%s", oneLine(fmt.Sprintf(format, args...)))
	}
}

// oneLine keeps what others say short, and on one line.
func oneLine(text string) string {
	fields := strings.FieldsFunc(text, func(c rune) bool { return unicode.IsControl(c) || c == ' ' })
	return value.Short(strings.Join(fields, " "), 200)
}

// declarations reads what the file declares: policies and sources. Beside them
// it may hold definitions and hidden fields.
func (f *policyFile) declarations(file *ast.File, work extent) {
	for _, d := range file.Decls {
		field, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		name, _, _ := ast.LabelName(field.Label)
		switch {
		case name == "policies":
			for _, p := range f.fieldsOf(field) {
				f.policy(p, work)
			}
		case name == "sources":
			f.sources = f.readSources(field)
		case !strings.HasPrefix(name, "#") && !strings.HasPrefix(name, "_"):
			f.unknown(field, name, "the file", "policies", "sources")
		}
	}
	if len(f.policies) > maxPolicies {
		f.add("validate.policy-limit", diag.Range{File: f.text.file}, "split it", "the file has more than %d policies", maxPolicies)
	}
}

func (f *policyFile) unknown(field *ast.Field, name, where string, known ...string) {
	f.add("validate.policy-form", f.text.node(field.Label), among(name, known), "unknown field %q in %s", clipped(name), where)
}

// fieldsOf are the fields of a mapping that is written out.
func (f *policyFile) fieldsOf(field *ast.Field) []*ast.Field {
	written, ok := field.Value.(*ast.StructLit)
	if !ok {
		name, _, _ := ast.LabelName(field.Label)
		f.add("validate.policy-form", f.text.node(field.Value), "write its fields between { and }", "%s must be a mapping that is written out", name)
		return nil
	}
	var out []*ast.Field
	for _, d := range written.Elts {
		inner, ok := d.(*ast.Field)
		if !ok {
			f.add("validate.policy-form", f.text.node(d), "write a field: name: ...", "only fields stand here")
			continue
		}
		out = append(out, inner)
	}
	return out
}

// policyFields are the fields of a policy.
var policyFields = []string{"severity", "message", "hint", "owner", "on", "reads", "match", "require"}

func (f *policyFile) policy(field *ast.Field, work extent) {
	name, _, _ := ast.LabelName(field.Label)
	p := &policy{code: "policy." + name, severity: diag.Error, work: work, at: f.text.node(field.Label)}
	if !isLabel(name) {
		f.add("validate.policy-form", p.at, "for instance three-machines", "the policy name %q must be at most 63 lower-case letters, digits and -", clipped(name))
		return
	}
	if slices.Contains(sourceCodes, p.code) {
		f.add("validate.policy-form", p.at, "choose another name", "%s is what sources are judged by", p.code)
	}
	parts := map[string]*ast.Field{}
	for _, part := range f.fieldsOf(field) {
		switch known, _, _ := ast.LabelName(part.Label); {
		case !slices.Contains(policyFields, known):
			f.unknown(part, known, "policy "+name, policyFields...)
		case parts[known] != nil:
			f.add("validate.policy-form", f.text.node(part.Label), "write it once, with all of it", "%s is written twice in policy %s", known, name)
		default:
			parts[known] = part
		}
	}
	for _, needed := range []string{"message", "owner", "on", "reads", "require"} {
		if parts[needed] == nil {
			f.add("validate.policy-form", p.at, "add "+needed+": with a value", "%s is missing in policy %s", needed, name)
		}
	}
	p.message, p.owner, p.hint = f.string(parts["message"]), f.string(parts["owner"]), f.string(parts["hint"])
	f.severity(p, parts["severity"])
	f.on(p, parts["on"])
	f.reading(p, parts["reads"])
	f.constraint(p, parts["match"])
	f.constraint(p, parts["require"])
	f.policies = append(f.policies, p)
}

// string is the text of a field; "" where it is none, which is reported.
func (f *policyFile) string(field *ast.Field) string {
	if field == nil {
		return ""
	}
	return f.words(field.Value)
}

func (f *policyFile) words(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if text, err := literal.Unquote(lit.Value); err == nil && isText(text) {
			return text
		}
	}
	f.add("validate.policy-form", f.text.node(e), `for instance "platform"`, "this must be a text that is written out and not empty")
	return ""
}

// choice is the text of a field that must be one of known.
func (f *policyFile) choice(field *ast.Field, known ...string) (string, bool) {
	if field == nil {
		return "", false
	}
	before := len(f.found)
	text := f.string(field)
	if text != "" && !slices.Contains(known, text) {
		f.add("validate.policy-form", f.text.node(field.Value), among(text, known), "%q is not among the allowed values", clipped(text))
	}
	return text, len(f.found) == before
}

func (f *policyFile) severity(p *policy, field *ast.Field) {
	levels := map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "information": diag.Information}
	if text, ok := f.choice(field, "error", "warning", "information"); ok {
		p.severity = levels[text]
	}
}

func (f *policyFile) on(p *policy, field *ast.Field) {
	text, ok := f.choice(field, append(slices.Sorted(maps.Keys(schemas())), onStack)...)
	if !ok {
		return
	}
	p.on, p.shape = text, shapeOf(text)
}

// reading reads the paths of a policy. A path that no document can have would
// make a policy that never speaks, or always.
func (f *policyFile) reading(p *policy, field *ast.Field) {
	if field == nil {
		return
	}
	list, ok := field.Value.(*ast.ListLit)
	if !ok || len(list.Elts) == 0 {
		f.add("validate.policy-form", f.text.node(field.Value), `for instance ["/spec/pools/controlPlane/replicas"]`, "reads must be a list of paths")
		return
	}
	p.reads = &reads{}
	for _, e := range list.Elts {
		text := f.words(e)
		if text == "" {
			continue
		}
		path, err := pathOf(text)
		if err != nil {
			f.add("validate.policy-reads", f.text.node(e), "for instance /metadata/labels/ring or /spec/layers/*/component/name", "%v", err)
			continue
		}
		if summary, hint := p.shape.misread(path); p.shape != nil && summary != "" {
			f.add("validate.policy-reads", f.text.node(e), hint, "no %s has %s: %s", p.on, text, summary)
			continue
		}
		p.reads.add(path)
	}
}

// compile evaluates the file as far as it goes without data. What it imports is
// built in; there is no module and no registry.
func (f *policyFile) compile(file *ast.File) {
	instance := build.NewContext().NewInstance("policies", nil)
	if err := instance.AddSyntax(file); err != nil {
		f.failed(err)
		return
	}
	if err := instance.Complete(); err != nil {
		f.failed(err)
		return
	}
	root := cuecontext.New(cuecontext.CUE_DEBUG("")).BuildInstance(instance)
	for _, p := range f.policies {
		at := func(part string) cue.Value {
			v := root.LookupPath(cue.MakePath(cue.Str("policies"), cue.Str(strings.TrimPrefix(p.code, "policy.")), cue.Str(part)))
			f.conflicts(v, maxPolicyDepth)
			return v
		}
		p.match, p.require = at("match"), at("require")
	}
	if len(f.policies) == 0 && root.Err() != nil {
		f.failed(root.Err())
	}
}

// conflicts reports what no data can fulfil, but for what the policy forbids in
// its own words. CUE itself waits for data.
func (f *policyFile) conflicts(v cue.Value, depth int) {
	if err := v.Err(); err != nil && v.Exists() {
		for _, e := range errors.Errors(err) {
			if r, _ := refusalOf(e, 0, nil); !r.missing && r.text == "" {
				f.failed(e)
			}
		}
		return
	}
	if depth == 0 {
		return
	}
	if fields, err := v.Fields(cue.Optional(true)); err == nil {
		for fields.Next() {
			f.conflicts(fields.Value(), depth-1)
		}
	}
	if item := v.LookupPath(cue.MakePath(cue.AnyIndex)); item.Exists() {
		f.conflicts(item, depth-1)
	}
}
