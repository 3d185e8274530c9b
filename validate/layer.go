package validate

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// layers judges what is free in the layers of a profile: the names of worker
// classes and capabilities, and content that the caller cannot render.
func layers(d profile.Document, opts Options) diag.Diagnostics {
	var out diag.Diagnostics
	for _, at := range items(d, diag.Fields("spec", "layers")) {
		out = append(out, classes(d, at.Join(diag.Field("capi")))...)
		for _, f := range fields(d, at.Join(diag.Field("provides"))) {
			if !isText(f.Name) || f.Value.Kind() == value.String && !isText(f.Value.Text()) {
				out = append(out, diag.Errorf("validate.value", f.Key.Range(), "a capability has a name and a value that are not empty").
					WithDetail("for instance storage-class: standard").WithPath(f.path()))
			}
		}
		out = append(out, engines(d, at.Join(diag.Field("content")), opts)...)
	}
	return out
}

// presets judges what is free in the presets of a profile.
func presets(d profile.Document, opts Options) diag.Diagnostics {
	var out diag.Diagnostics
	for _, at := range items(d, diag.Fields("spec", "presets")) {
		out = append(out, patches(d, at.Join(diag.Field("layers")))...)
	}
	return out
}

// patches judges what is free in a list of patches of layers.
func patches(d profile.Document, list diag.Path) diag.Diagnostics {
	var out diag.Diagnostics
	for _, at := range items(d, list) {
		out = append(out, classes(d, at.Join(diag.Field("capi")))...)
	}
	return out
}

// classes judges the names of worker classes in a mapping of capi slots.
func classes(d profile.Document, capi diag.Path) diag.Diagnostics {
	var out diag.Diagnostics
	for _, f := range fields(d, capi.Join(diag.Field("classes"))) {
		if !isLabel(f.Name) {
			out = append(out, diag.Errorf("validate.value", f.Key.Range(), "the worker class name %q must %s", clipped(f.Name), schemas()["Cluster"].shape.at(poolClass).must).
				WithDetail("for instance general, or edge-2").WithPath(f.path()))
		}
	}
	return out
}

// poolClass is where a cluster names a worker class.
var poolClass = diag.Fields("spec", "pools", "controlPlane", "class")

// engines says which content the caller has no engine for.
func engines(d profile.Document, content diag.Path, opts Options) diag.Diagnostics {
	var out diag.Diagnostics
	for _, name := range []string{"helm", "manifests"} {
		at := content.Join(diag.Field(name))
		if slices.Contains(opts.Engines, name) || d.Tree().Find(at).IsNull() {
			continue
		}
		out = append(out, diag.Informationf("validate.no-engine", d.KeyAt(at), "no engine for %s content in this build", name).
			WithDetail("rendering a cluster with this layer will be refused").WithPath(at))
	}
	return out
}
