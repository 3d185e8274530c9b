package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Text is the report for people: one line for the whole, then every object that
// is not in sync or has a detail, with its differences. Unmanaged objects and
// expected differences are only counted.
func (r Report) Text() string {
	var b strings.Builder
	s := r.Summary()
	fmt.Fprintf(&b, "%d in sync, %d drifted, %d unknown, %d unmanaged (table %s)\n", s.InSync, s.Drift, s.Unknown, s.Unmanaged, r.Table)
	for _, f := range r.Objects {
		if f.Verdict != InSync || f.Detail != None {
			f.write(&b)
		}
	}
	if len(s.Suppressed) > 0 {
		b.WriteString("expected differences:")
		for _, rule := range slices.Sorted(maps.Keys(s.Suppressed)) {
			fmt.Fprintf(&b, " %s %d", rule, s.Suppressed[rule])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (f Finding) write(b *strings.Builder) {
	if f.Detail == Unmanaged {
		return
	}
	b.WriteString(f.String() + "\n")
	for _, field := range f.Fields {
		if field.Verdict == InSync {
			continue
		}
		b.WriteString("  " + field.String() + "\n")
		if !field.Declared.IsZero() {
			b.WriteString("    declared " + field.Declared.String() + "\n")
		}
	}
}

// String reads like "Drift Missing Deployment.apps shop/web (probable): reason".
func (f Finding) String() string {
	text := f.Verdict.String()
	if f.Detail != None {
		text += " " + f.Detail.String()
	}
	text += fmt.Sprintf(" %s (%s)", f.Key, f.Confidence)
	if f.Reason != "" {
		text += ": " + f.Reason
	}
	return text
}

// String reads like "changed /spec/replicas: 3 -> 5 (confirmed) by
// kubectl-edit, 2026-03-01T10:00:00Z or before".
func (f Field) String() string {
	text := fmt.Sprintf("%s %s", f.Detail, f.Path)
	switch {
	case f.Detail == Added || f.Detail == Residual || f.Want == "" && f.Live != "":
		text += ": " + f.Live
	case f.Detail == Removed:
		text += ": " + f.Want
	case f.Want != "" || f.Live != "":
		text += ": " + f.Want + " -> " + f.Live
	}
	text += fmt.Sprintf(" (%s)", f.Confidence)
	if f.Risk == High {
		text += " high risk"
	}
	if f.Recreate {
		text += " needs a new object"
	}
	if f.Rule != "" {
		text += " [" + f.Rule + "]"
	}
	if !f.Actor.IsZero() {
		text += " by " + f.Actor.String()
	}
	return text
}

// String reads like "kubectl-edit (Update), 2026-03-01T10:00:00Z or before".
func (a Actor) String() string {
	text := a.Manager
	switch {
	case a.Subresource != "":
		text += " (" + a.Operation + " of " + a.Subresource + ")"
	case a.Operation != "":
		text += " (" + a.Operation + ")"
	}
	if a.Time != "" {
		text += ", " + a.Time + " or before"
	}
	return text
}
