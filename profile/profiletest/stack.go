package profiletest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Stack is one cluster, resolved, with expectations.
type Stack struct {
	*profile.Stack
	ws *Workspace
}

// Resolve resolves a cluster: [hub/]namespace/name, or its name where only one
// cluster has it. A cluster that does not resolve ends the test.
func (w *Workspace) Resolve(t testing.TB, cluster string) Stack {
	t.Helper()
	s, err := w.StackOf(cluster)
	return must(t, s, err)
}

// StackOf is Resolve for callers without a test.
func (w *Workspace) StackOf(cluster string) (Stack, error) {
	key, err := w.find(cluster)
	if err != nil {
		return Stack{}, err
	}
	s, found := w.Workspace.Resolve(key)
	if s == nil {
		return Stack{}, fmt.Errorf("resolving cluster %s:\n%w", key, w.refused(found))
	}
	return Stack{Stack: s, ws: w}, nil
}

// Want fails the test unless the value at an address, LAYER:PATH, is want and was
// written by the document from: "mem-base@1.4.0", "overlay/edge@1.2.0", "cluster
// eu-1/fleet/store-0001"; for a computed value that is where its expression
// stands. An empty from is any document. A nil want is null, as deleted fields of
// values are.
func (s Stack) Want(t testing.TB, address string, want any, from string) {
	t.Helper()
	report(t, s.Check(address, want, from))
}

// Check is Want for callers without a test.
func (s Stack) Check(address string, want any, from string) error {
	layer, path, err := s.locate(address)
	if err != nil {
		return err
	}
	got, origin, ok := s.Find(layer, path)
	if !ok {
		return s.missing(layer, path, address)
	}
	e := expected{what: address, want: want, from: from, lost: s.Lost(layer, path), sensitive: origin.Sensitive}
	return e.of(s, got, origin)
}

// WantAbsent fails the test when there is a value at an address.
func (s Stack) WantAbsent(t testing.TB, address string) {
	t.Helper()
	report(t, s.CheckAbsent(address))
}

// CheckAbsent is WantAbsent for callers without a test.
func (s Stack) CheckAbsent(address string) error {
	layer, path, err := s.locate(address)
	if err != nil {
		return err
	}
	got, origin, ok := s.Find(layer, path)
	if !ok {
		return nil
	}
	shown := got.String()
	if origin.Sensitive {
		shown = notShown
	}
	return s.explain(diag.Errorf(unexpected, origin.Range, "%s of %s is %s, want none", address, s.Key(), shown))
}

// WantInput fails the test unless a variable, [PROFILE/]NAME or [PROFILE/]NAME[POOL],
// is bound to want by the document from, which is any where it is empty.
func (s Stack) WantInput(t testing.TB, variable string, want any, from string) {
	t.Helper()
	report(t, s.CheckInput(variable, want, from))
}

// CheckInput is WantInput for callers without a test.
func (s Stack) CheckInput(variable string, want any, from string) error {
	var known []string
	for _, in := range s.Inputs() {
		name := strings.TrimPrefix(in.Profile+"/"+in.Name, "/")
		if in.Pool != "" {
			name += "[" + in.Pool + "]"
		}
		if name == variable {
			e := expected{what: "variable " + variable, want: want, from: from, lost: in.Lost, sensitive: in.Sensitive}
			return e.of(s, in.Value, in.Origin)
		}
		known = append(known, name)
	}
	return fmt.Errorf("%s: %w", s.Key(), unknown("bound variable", variable, known))
}

// WantLayers fails the test unless the layers of the stack, in install order, are
// these: NAME, or PROFILE/NAME for a name that several profiles have.
func (s Stack) WantLayers(t testing.TB, layers ...string) {
	t.Helper()
	report(t, s.CheckLayers(layers...))
}

// CheckLayers is WantLayers for callers without a test.
func (s Stack) CheckLayers(layers ...string) error {
	if diff := cmp.Diff(layers, s.addresses()); diff != "" {
		return fmt.Errorf("layers of %s (-want +got):\n%s", s.Key(), diff)
	}
	return nil
}

// addresses are the layers by the shortest names that are unique.
func (s Stack) addresses() []string {
	var out []string
	for _, l := range s.Layers() {
		name := l.Name
		if _, unique := s.Layer(name); !unique {
			name = l.Profile.Name + "/" + name
		}
		out = append(out, name)
	}
	return out
}

func (s Stack) locate(address string) (profile.StackLayer, diag.Path, error) {
	name, text, ok := strings.Cut(address, ":")
	if !ok {
		return profile.StackLayer{}, nil, fmt.Errorf("%q is no LAYER:PATH", address)
	}
	layer, ok := s.Layer(name)
	if !ok {
		return layer, nil, fmt.Errorf("%s: %w", s.Key(), unknown("layer", name, s.addresses()))
	}
	path, err := diag.ParsePath(text)
	if err != nil {
		return layer, nil, fmt.Errorf("reading %q: %w", address, err)
	}
	return layer, path, nil
}

// missing says what may have been meant by a path that is not there.
func (s Stack) missing(layer profile.StackLayer, path diag.Path, address string) error {
	found := diag.Errorf(unexpected, layer.Origin.Range, "%s of %s is not there", address, s.Key())
	var known []string
	for _, p := range s.Paths(layer) {
		known = append(known, p.String())
	}
	if near, ok := diag.Nearest(path.String(), known); ok {
		found = found.WithDetail("did you mean %s?", near)
	}
	for _, l := range s.Lost(layer, path) {
		found = found.WithRelated(l.Origin.Range, "%s set it to %s", l.Origin.Document, l.Value)
	}
	return s.explain(found)
}

// explain gives a finding as an error, without lines that must not be quoted.
func (s Stack) explain(d diag.Diagnostic) error {
	return failure(s.ws.Withhold(diag.Diagnostics{d}).Text(s.ws.Files))
}

// unexpected is what findings of failed expectations carry for a code.
const unexpected = "unexpected"

// notShown stands for a sensitive value.
const notShown = "a value that is not shown"

// failure is the text of a finding as an error.
type failure string

func (f failure) Error() string {
	return strings.TrimSpace(strings.Replace(string(f), " ["+unexpected+"]", "", 1))
}

// expected is a value that a test expects, and where it comes from.
type expected struct {
	what      string
	want      any
	from      string
	lost      []profile.LostValue
	sensitive bool
}

func (e expected) of(s Stack, got profile.Value, origin diag.Origin) error {
	want, err := valueOf(e.want)
	if err != nil {
		return fmt.Errorf("%s: the wanted value: %w", e.what, err)
	}
	differs := want.String() != got.String()
	if !differs && (e.from == "" || e.from == origin.Document) {
		return nil
	}
	shown := got.String()
	if e.sensitive {
		shown = notShown
	}
	summary := fmt.Sprintf("%s of %s is %s from %s", e.what, s.Key(), shown, origin.Document)
	if differs {
		summary += ", want " + want.String()
	}
	if e.from != "" && e.from != origin.Document {
		summary += ", want it from " + e.from
	}
	found := diag.Errorf(unexpected, origin.Range, "%s", summary)
	if differs && !e.sensitive {
		found.Detail = difference(want, got)
	}
	return s.explain(e.history(found, origin))
}

// history adds what a value was computed from, and what it was put over.
func (e expected) history(d diag.Diagnostic, origin diag.Origin) diag.Diagnostic {
	for _, c := range origin.Causes {
		d = d.WithRelated(c.Range, "it reads %s, %s", c.Document, c.Kind)
	}
	for _, l := range e.lost {
		shown := l.Value.String()
		if e.sensitive {
			shown = notShown
		}
		d = d.WithRelated(l.Origin.Range, "it was put over %s from %s", shown, l.Origin.Document)
	}
	return d
}

// difference is what two lists or mappings differ in; empty for scalars.
func difference(want, got profile.Value) string {
	switch got.Any().(type) {
	case map[string]any, []any:
		return "(-want +got)\n" + strings.TrimSpace(cmp.Diff(want.Any(), got.Any()))
	}
	return ""
}

// valueOf is any Go value as JSON would carry it.
func valueOf(v any) (profile.Value, error) {
	var out profile.Value
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	return out, err
}
