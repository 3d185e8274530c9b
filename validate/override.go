package validate

import (
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// overrides judges what is free in the overrides of a cluster, and whether they
// have expired.
func overrides(d profile.Document, opts Options) diag.Diagnostics {
	var out diag.Diagnostics
	for _, at := range items(d, diag.Fields("spec", "overrides")) {
		out = append(out, classes(d, at.Join(diag.Field("capi")))...)
		out = append(out, expiry(d, at, opts.Now)...)
	}
	return out
}

func expiry(d profile.Document, override diag.Path, now time.Time) diag.Diagnostics {
	at := override.Join(diag.Field("expires"))
	last, err := time.Parse(time.DateOnly, d.Tree().Find(at).Text())
	if err != nil || now.IsZero() || now.Before(last.AddDate(0, 0, 1)) {
		return nil
	}
	return diag.Diagnostics{diag.Warningf("validate.override-expired", d.At(at), "the override of layer %s expired on %s", clipped(d.Tree().Find(override).Get("layer").Text()), last.Format(time.DateOnly)).
		WithDetail("%s decides: remove the override, or give it a later date", clipped(d.Tree().Find(override).Get("owner").Text())).WithPath(at)}
}
