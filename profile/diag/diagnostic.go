package diag

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Diagnostic is one finding about an input.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	// Code is the stable dotted name of this kind of finding.
	Code string `json:"code"`
	// Summary says what is wrong, in one line.
	Summary string `json:"summary"`
	// Detail says what to do about it. May be empty or have several lines.
	Detail string `json:"detail,omitempty"`
	// Path is the piece of data in its document, in the text form of [Path].
	Path string `json:"path,omitempty"`
	// Range is the place; zero when the input has none.
	Range Range `json:"range"`
	// Related are other places that take part, each with what it has to do
	// with the finding.
	Related []Related `json:"related,omitempty"`
}

// Related is another place that takes part in a finding.
type Related struct {
	Summary string `json:"summary"`
	Range   Range  `json:"range"`
}

func (r Related) compare(o Related) int {
	return cmp.Or(r.Range.Compare(o.Range), cmp.Compare(r.Summary, o.Summary))
}

// String is the one-line form: place, severity, summary and code, without
// control characters. The place is the file and the path where no line is known.
func (d Diagnostic) String() string {
	place := d.place()
	if place != "" {
		place += ": "
	}
	return oneLine(fmt.Sprintf("%s%s: %s [%s]", place, d.Severity, d.Summary, d.Code))
}

// place is where to look: the path helps where no line is known.
func (d Diagnostic) place() string {
	if d.Range.File == "" || d.Range.Start.Line != 0 || d.Path == "" {
		return d.Range.String()
	}
	return d.Range.File + " " + d.Path
}

// withHint is the one-line form with the detail behind it.
func (d Diagnostic) withHint() string {
	if d.Detail == "" {
		return d.String()
	}
	return d.String() + ": " + oneLine(strings.ReplaceAll(d.Detail, "\n", "; "))
}

// Compare orders diagnostics by place, severity, code, path, text and what is
// related.
func (d Diagnostic) Compare(o Diagnostic) int {
	return cmp.Or(
		d.Range.Compare(o.Range),
		cmp.Compare(d.Severity, o.Severity),
		cmp.Compare(d.Code, o.Code),
		cmp.Compare(d.Path, o.Path),
		cmp.Compare(d.Summary, o.Summary),
		cmp.Compare(d.Detail, o.Detail),
		slices.CompareFunc(d.Related, o.Related, Related.compare),
	)
}

// Diagnostics is what one pass over an input found. It is not an error: see
// [Diagnostics.Err]. A nil slice means that nothing was found.
type Diagnostics []Diagnostic

// Errorf is a Diagnostic of severity Error with a formatted summary.
func Errorf(code string, at Range, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Error, Code: code, Range: at, Summary: fmt.Sprintf(format, args...)}
}

// Warningf is a Diagnostic of severity Warning with a formatted summary.
func Warningf(code string, at Range, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Warning, Code: code, Range: at, Summary: fmt.Sprintf(format, args...)}
}

// Informationf is a Diagnostic of severity Information with a formatted summary.
func Informationf(code string, at Range, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Information, Code: code, Range: at, Summary: fmt.Sprintf(format, args...)}
}

// WithDetail returns the diagnostic with the formatted detail.
func (d Diagnostic) WithDetail(format string, args ...any) Diagnostic {
	d.Detail = fmt.Sprintf(format, args...)
	return d
}

// WithPath returns the diagnostic with the data path p.
func (d Diagnostic) WithPath(p Path) Diagnostic {
	d.Path = p.String()
	return d
}

// WithRelated returns the diagnostic with one more related place.
func (d Diagnostic) WithRelated(at Range, format string, args ...any) Diagnostic {
	d.Related = append(slices.Clip(d.Related), Related{Summary: fmt.Sprintf(format, args...), Range: at})
	return d
}

// HasErrors reports whether any finding has severity Error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns how many findings have severity s.
func (ds Diagnostics) Count(s Severity) int {
	n := 0
	for _, d := range ds {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sorted returns the findings ordered by [Diagnostic.Compare], each once.
func (ds Diagnostics) Sorted() Diagnostics {
	out := slices.Clone(ds)
	slices.SortFunc(out, Diagnostic.Compare)
	return slices.CompactFunc(out, func(a, b Diagnostic) bool { return a.Compare(b) == 0 })
}

// Err returns nil when no finding has severity Error, otherwise an error whose
// text lists those that do, one a line, in order, each with what to do about it.
func (ds Diagnostics) Err() error {
	var lines []string
	for _, d := range ds.Sorted() {
		if d.Severity == Error {
			lines = append(lines, d.withHint())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
