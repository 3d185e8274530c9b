package profile

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Content is what a layer installs. Exactly one of Manifests and Helm is set.
type Content struct {
	// Manifests are Kubernetes manifests in files beside the profile.
	Manifests []ManifestSource `json:"manifests,omitempty"`
	// Helm is a chart.
	Helm *HelmChart `json:"helm,omitempty"`
	// Patches change the objects of the content before they are installed.
	Patches []ContentPatch `json:"patches,omitempty"`
}

// ManifestSource are files by pattern (as [path.Match]), relative to the
// document. In documents it is the pattern, or {$file: pattern, expand: true}.
type ManifestSource struct {
	Pattern string
	// Expand evaluates ${...} in the files; otherwise they are left as they are.
	Expand bool
}

// HelmChart is a chart by reference.
type HelmChart struct {
	Chart     string `json:"chart"`
	Version   string `json:"version"`
	Digest    string `json:"digest,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	// Mode is auto (default), inflate or reference.
	Mode string `json:"mode,omitempty"`
}

// ContentPatch changes the objects that its target names: by merging, or by
// JSON Patch operations (RFC 6902).
type ContentPatch struct {
	Target PatchTarget     `json:"target"`
	Merge  Value           `json:"merge,omitempty,omitzero"`
	JSON   []JSONOperation `json:"json,omitempty"`
}

// PatchTarget selects objects; an empty field selects all. A target that
// matches no object is an error.
type PatchTarget struct {
	Kind      string `json:"kind,omitempty"`
	Name      string `json:"name,omitempty"`
	Namespace string `json:"namespace,omitempty"`
}

// JSONOperation is one operation of a JSON Patch.
type JSONOperation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from,omitempty"`
	Value Value  `json:"value,omitempty,omitzero"`
}

// MarshalJSON gives the short form where it says all.
func (m ManifestSource) MarshalJSON() ([]byte, error) {
	if !m.Expand {
		return json.Marshal(m.Pattern)
	}
	return json.Marshal(map[string]any{"$file": m.Pattern, "expand": true})
}

// UnmarshalJSON reads both forms.
func (m *ManifestSource) UnmarshalJSON(data []byte) error {
	var long struct {
		File   string `json:"$file"`
		Expand bool   `json:"expand"`
	}
	*m = ManifestSource{}
	if err := shortOrLong(data, &m.Pattern, &long); err != nil || m.Pattern == "" && long.File == "" {
		return errors.New("must be a file pattern, or {$file: pattern, expand: true}")
	}
	if long.File != "" {
		m.Pattern, m.Expand = long.File, long.Expand
	}
	return nil
}

// shortOrLong decodes a JSON string into short, anything else strictly into
// long.
func shortOrLong(data []byte, short *string, long any) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, short)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(long)
}
