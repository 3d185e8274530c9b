package validate

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dayzero-sdk/dayzero/internal/decode"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// pools judges what is free in the pools of a cluster: labels of machines, and
// what a machine has for scaling from zero.
func pools(d profile.Document, _ Options) diag.Diagnostics {
	at := diag.Fields("spec", "pools")
	if d.Tree().Find(at) == nil {
		return nil
	}
	var out diag.Diagnostics
	for _, pool := range append(items(d, at.Join(diag.Field("workers"))), at.Join(diag.Field("controlPlane"))) {
		if n := d.Tree().Find(pool); n.Get("labels") == nil && n.Get("autoscale") == nil {
			continue
		}
		out = append(out, labelsAt(d, pool.Join(diag.Field("labels")))...)
		for _, f := range fields(d, pool.Join(diag.Field("autoscale"), diag.Field("capacity"))) {
			text, ok := f.Value.Str()
			if _, err := resource.ParseQuantity(text); ok && (err != nil || len(text) > 64) {
				out = append(out, diag.Errorf("validate.value", f.Value.Place().Range(), "%s must be a quantity, not %q", decode.Name(f.path()), clipped(text)).
					WithDetail("for instance \"4\" or 16Gi").WithPath(f.path()))
			}
		}
	}
	return out
}
