package drift

import (
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

// Report is the result of a comparison. It is plain data without secrets: it may
// be stored, logged and sent.
type Report struct {
	// Table names the schema table: "kubernetes 1.36.3".
	Table string
	// Objects has every declared object, those in sync too, and what is live
	// without being declared, ordered by key, version and detail.
	Objects []Finding
}

// Finding is what was found about one object.
type Finding struct {
	Key render.Key
	// Version is the declared API version, of an undeclared object the live one.
	Version    string
	Verdict    Verdict
	Detail     Detail
	Confidence Confidence
	// Reason says in words what the detail rests on. Often empty.
	Reason string
	// Declared is where the object was declared.
	Declared diag.Origin
	// Fields are the differences, ordered by path; also those that are in
	// sync, each with the rule that says so.
	Fields []Field
}

// Field is one difference between what is declared and what is live.
type Field struct {
	Path       diag.Path
	Verdict    Verdict
	Detail     Detail
	Confidence Confidence
	// Risk is High where a change can give away control of workloads or
	// cluster.
	Risk Risk
	// Recreate: the server refuses to change the field; correcting it takes a
	// new object.
	Recreate bool
	// Want and Live show the values, shortened. What a Secret holds is never
	// shown.
	Want, Live string
	// Declared is where the value, or the nearest value above it, was declared.
	Declared diag.Origin
	// Actor is who changed the field, as far as is known.
	Actor Actor
	// Rule names what makes a difference expected, equivalent or low.
	Rule string
}

// Risk is how dangerous a change of a field is.
type Risk uint8

const (
	// Normal is every other field.
	Normal Risk = iota
	// High: images, privileges, host access, identities, RBAC, webhooks.
	High
)

// String gives the risk in lower case.
func (r Risk) String() string {
	if r == High {
		return "high"
	}
	return "normal"
}

// Actor is who last changed a field, as managedFields tell. A manager chooses
// its name itself: it is a hint, not an identity.
type Actor struct {
	Manager string `json:"manager"`
	// Operation is Apply or Update.
	Operation string `json:"operation,omitempty"`
	// Subresource the change went through, such as scale.
	Subresource string `json:"subresource,omitempty"`
	// Time is when the manager last changed any of its fields (RFC 3339): this
	// field changed then or before.
	Time string `json:"time,omitempty"`
	// Tool is what the name suggests: "kubectl-edit", "helm".
	Tool string `json:"tool,omitempty"`
}

// IsZero reports whether nobody is known.
func (a Actor) IsZero() bool { return a == Actor{} }

// Drifted reports whether any object's verdict is [Drift].
func (r Report) Drifted() bool { return r.Summary().Drift > 0 }

// Summary counts a report's objects and fields.
type Summary struct {
	// Objects by verdict; Unmanaged ones are counted apart from Unknown.
	InSync    int `json:"inSync"`
	Drift     int `json:"drift"`
	Unknown   int `json:"unknown"`
	Unmanaged int `json:"unmanaged"`
	// Details counts objects that have a detail, by its text.
	Details map[string]int `json:"details,omitempty"`
	// Suppressed counts the fields that are in sync though they differ, by rule
	// or, without one, by detail.
	Suppressed map[string]int `json:"suppressed,omitempty"`
}

// Summary counts the report.
func (r Report) Summary() Summary {
	s := Summary{Details: map[string]int{}, Suppressed: map[string]int{}}
	for _, o := range r.Objects {
		s.add(o)
	}
	return s
}

func (s *Summary) add(o Finding) {
	switch {
	case o.Detail == Unmanaged:
		s.Unmanaged++
	case o.Verdict == InSync:
		s.InSync++
	case o.Verdict == Drift:
		s.Drift++
	default:
		s.Unknown++
	}
	if o.Detail != None {
		s.Details[o.Detail.String()]++
	}
	for _, f := range o.Fields {
		if f.Verdict != InSync {
			continue
		}
		if f.Rule != "" {
			s.Suppressed[f.Rule]++
		} else {
			s.Suppressed[f.Detail.String()]++
		}
	}
}
