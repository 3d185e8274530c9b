package drift

import (
	"encoding/json"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// APIVersion is the version of a report's JSON form.
const APIVersion = "dayzero.dev/drift/v1alpha1"

type wireReport struct {
	APIVersion string       `json:"apiVersion"`
	Table      string       `json:"table"`
	Objects    []wireObject `json:"objects"`
	Summary    Summary      `json:"summary"`
}

type wireObject struct {
	Group      string       `json:"group"`
	Version    string       `json:"version"`
	Kind       string       `json:"kind"`
	Namespace  string       `json:"namespace"`
	Name       string       `json:"name"`
	Verdict    Verdict      `json:"verdict"`
	Detail     Detail       `json:"detail"`
	Confidence Confidence   `json:"confidence"`
	Reason     string       `json:"reason,omitempty"`
	Declared   *diag.Origin `json:"declared,omitempty"`
	Fields     []wireField  `json:"fields"`
}

type wireField struct {
	Path       string       `json:"path"`
	Verdict    Verdict      `json:"verdict"`
	Detail     Detail       `json:"detail"`
	Confidence Confidence   `json:"confidence"`
	Actor      *Actor       `json:"actor"`
	Risk       string       `json:"risk,omitempty"`
	Action     string       `json:"action,omitempty"`
	Rule       string       `json:"rule,omitempty"`
	Want       string       `json:"want,omitempty"`
	Live       string       `json:"live,omitempty"`
	Declared   *diag.Origin `json:"declared,omitempty"`
}

// MarshalJSON writes the report in its stable form:
//
//	{"apiVersion": "dayzero.dev/drift/v1alpha1", "table": "kubernetes 1.36.3",
//	 "objects": [{"group", "version", "kind", "namespace", "name", "verdict",
//	   "detail", "confidence", "reason", "declared",
//	   "fields": [{"path", "verdict", "detail", "confidence", "actor": {"manager",
//	     "operation", "subresource", "time", "tool"} or null, "risk", "action",
//	     "rule", "want", "live", "declared"}]}],
//	 "summary": {"inSync", "drift", "unknown", "unmanaged", "details", "suppressed"}}
//
// verdict is InSync, Drift or Unknown; detail is "" where the verdict says it
// all. action is recreate where the server refuses to change the field in place.
// reason, risk, action, rule, want, live and declared are left out when empty.
// Fields may be added.
func (r Report) MarshalJSON() ([]byte, error) {
	w := wireReport{APIVersion: APIVersion, Table: r.Table, Objects: make([]wireObject, len(r.Objects)), Summary: r.Summary()}
	for i, o := range r.Objects {
		w.Objects[i] = wireObjectOf(o)
	}
	return json.Marshal(w)
}

func wireObjectOf(o Finding) wireObject {
	w := wireObject{
		Group: o.Key.Group, Version: o.Version, Kind: o.Key.Kind, Namespace: o.Key.Namespace, Name: o.Key.Name,
		Verdict: o.Verdict, Detail: o.Detail, Confidence: o.Confidence, Reason: o.Reason,
		Declared: wireOrigin(o.Declared), Fields: make([]wireField, len(o.Fields)),
	}
	for i, f := range o.Fields {
		w.Fields[i] = wireFieldOf(f)
	}
	return w
}

func wireFieldOf(f Field) wireField {
	w := wireField{
		Path: f.Path.String(), Verdict: f.Verdict, Detail: f.Detail, Confidence: f.Confidence,
		Rule: f.Rule, Want: f.Want, Live: f.Live, Declared: wireOrigin(f.Declared),
	}
	if f.Risk != Normal {
		w.Risk = f.Risk.String()
	}
	if f.Recreate {
		w.Action = "recreate"
	}
	if !f.Actor.IsZero() {
		w.Actor = &f.Actor
	}
	return w
}

func wireOrigin(o diag.Origin) *diag.Origin {
	if o.IsZero() {
		return nil
	}
	return &o
}
