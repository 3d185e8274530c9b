package profile

import (
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// unshown stands for the reason of an error that may quote a sensitive value.
const unshown = "it reads a sensitive variable, so the reason is not shown"

// unshownValue stands for a value that is not shown.
const unshownValue = "a sensitive value"

// withoutExcerpt is the line of a range: a line without a column is not quoted.
func withoutExcerpt(at diag.Range) diag.Range {
	at.Start.Column = 0
	at.End = at.Start
	return at
}

// readsSensitive reports whether an expression reads what is not to be shown;
// values are what it sees by this name.
func (r *resolution) readsSensitive(reads expr.Reads, values *value.Node) bool {
	return reads.Values && values.Sensitive() || slices.ContainsFunc(reads.Vars, func(name string) bool { return r.comp.sensitive[name] })
}

// Withhold returns findings without the excerpts of lines on which a document
// sets a sensitive variable, or writes something other than a reference for a
// secret: [diag.Diagnostics.Text] would quote the line for whatever else is wrong
// with it. Load and Resolve have done so already.
func (w *Workspace) Withhold(found diag.Diagnostics) diag.Diagnostics {
	return w.withheld.withhold(found)
}

func (l lines) withhold(found diag.Diagnostics) diag.Diagnostics {
	out := slices.Clone(found)
	for i := range out {
		out[i] = l.withholdOne(out[i])
	}
	return out
}

func (l lines) withholdOne(d diag.Diagnostic) diag.Diagnostic {
	if l.holds(d.Range) {
		d.Range = withoutExcerpt(d.Range)
		if strings.HasPrefix(d.Code, "source.") { // which quotes what it is about
			d = withoutQuotes(d)
		}
	}
	for i, r := range d.Related {
		if l.holds(r.Range) {
			d.Related = slices.Clone(d.Related)
			d.Related[i].Range = withoutExcerpt(r.Range)
		}
	}
	return d
}

// withoutQuotes says what a finding about how a text is read says, without the
// text.
func withoutQuotes(d diag.Diagnostic) diag.Diagnostic {
	if d.Code != "source.duplicate-key" {
		d.Summary, d.Detail = "something on this line is not read as it looks; the line is sensitive and not shown", "quote the text"
		return d
	}
	d.Summary = "a key stands twice in its mapping; the line is sensitive and not shown"
	d.Related = slices.Clone(d.Related)
	for i := range d.Related {
		d.Related[i].Summary = "the first one is here"
	}
	return d
}

// lines are stretches of lines by file.
type lines map[string][][2]int

func (l lines) holds(at diag.Range) bool {
	return at.Start.Column > 0 && slices.ContainsFunc(l[at.File], func(s [2]int) bool { return s[0] <= at.Start.Line && at.Start.Line <= s[1] })
}

// sensitiveLines finds the lines of profiles, overlays and clusters that are not
// to be quoted.
func (l *Library) sensitiveLines(clusters ...*member) lines {
	names := l.openness()
	if len(names.closed) == 0 {
		return nil
	}
	out := lines{}
	for _, releases := range l.releases {
		for _, r := range releases {
			out.addSets(r.root, names)
		}
	}
	for _, overlays := range l.overlays {
		for _, o := range overlays {
			out.addSets(o.root, names)
		}
	}
	for _, m := range clusters {
		out.addSets(m.root, names)
	}
	return out
}

func (l *Library) overlayLines() lines {
	l.once.Do(func() { l.sensitive = l.sensitiveLines() })
	return l.sensitive
}

// addSets adds what a document sets and is not to be shown.
func (l lines) addSets(document *value.Node, names openness) {
	for _, set := range variableSets(document) {
		for _, f := range names.withheld(set) {
			l.add(f)
		}
	}
}

// variableSets are the places of a document that set variables.
func variableSets(document *value.Node) []*value.Node {
	pools := document.Get("spec", "pools")
	sets := []*value.Node{document.Get("spec", "variables"), pools.Get("controlPlane", "variables")}
	for _, p := range pools.Get("workers").Items() {
		sets = append(sets, p.Get("variables"))
	}
	return sets
}

// openness is what may be shown of variables, by the declarations of a library.
type openness struct {
	// closed are the variables that any profile declares sensitive or secretRef:
	// whether a well-formed reference may be shown.
	closed map[string]bool
	names  []string // of closed, sorted
	open   map[string]bool
}

func (l *Library) openness() openness {
	out := openness{closed: map[string]bool{}, open: map[string]bool{}}
	for _, releases := range l.releases {
		for _, r := range releases {
			for _, v := range r.profile.Spec.Variables {
				reference, closed := out.closed[v.Name]
				switch {
				case v.Sensitive:
					out.closed[v.Name] = false
				case v.Type == SecretRefVariable:
					out.closed[v.Name] = !closed || reference
				default:
					out.open[v.Name] = true
				}
			}
		}
	}
	out.names = slices.Sorted(maps.Keys(out.closed))
	return out
}

// withheld are the fields of a set of variables that are not to be shown.
func (o openness) withheld(set *value.Node) []value.Entry {
	slips := 0
	var out []value.Entry
	for _, f := range set.Fields() {
		if o.withholds(f, &slips) {
			out = append(out, f)
		}
	}
	return out
}

// withholds reports whether a field of variables sets what must not be shown, or
// sets a variable that nobody declares and that was probably meant to be one. In
// a set with more such slips than are looked at, the rest is not shown either.
func (o openness) withholds(f value.Entry, slips *int) bool {
	name := f.Name
	if _, variable, split := strings.Cut(name, "/"); split {
		name = variable
	}
	reference, closed := o.closed[name]
	if !closed {
		if o.open[name] {
			return false
		}
		if *slips++; *slips > maxSlips {
			return true
		}
		near, ok := diag.Nearest(name, o.names)
		if !ok {
			return false
		}
		reference = o.closed[near]
	}
	return !reference || len(judgeSecret(f.Value)) > 0
}

// add adds the lines of a field and of all that is in it.
func (l lines) add(f value.Entry) {
	file := f.Key.Range().File
	from, to := int(f.Key.Line), int(f.Key.EndLine)
	for _, n := range f.Value.Leaves(nil) {
		at := n.Place()
		if at.Range().File == file && at.Line > 0 {
			from, to = min(from, int(at.Line)), max(to, int(at.Line), int(at.EndLine))
		}
	}
	if from > 0 {
		l[file] = append(l[file], [2]int{from, to})
	}
}
