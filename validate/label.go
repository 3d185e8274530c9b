package validate

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const (
	labelKeyForm   = "a key is a name of letters, digits, -, _ and . with a letter or digit at both ends, at most 63 characters, and may have a domain in front: example.com/tier"
	labelValueForm = "a value is empty, or letters, digits, -, _ and . with a letter or digit at both ends, at most 63 characters"
)

// metadata holds labels and annotations to Kubernetes' rules.
func metadata(d profile.Document, _ Options) diag.Diagnostics {
	out := labelsAt(d, diag.Fields("metadata", "labels"))
	for _, f := range fields(d, diag.Fields("metadata", "annotations")) {
		if len(validation.IsQualifiedName(strings.ToLower(f.Name))) > 0 {
			out = append(out, labelError(f, f.Key.Range(), "annotation key", f.Name, labelKeyForm))
		}
	}
	return out
}

// labelsAt judges a mapping of labels.
func labelsAt(d profile.Document, path diag.Path) diag.Diagnostics {
	var out diag.Diagnostics
	for _, f := range fields(d, path) {
		if !isLabelKey(f.Name) {
			out = append(out, labelError(f, f.Key.Range(), "label key", f.Name, labelKeyForm))
		}
		if text, ok := f.Value.Str(); ok && !isLabelValue(text) {
			out = append(out, labelError(f, f.Value.Place().Range(), "label value", text, labelValueForm))
		}
	}
	return out
}

func labelError(f field, at diag.Range, what, text, form string) diag.Diagnostic {
	return diag.Errorf("validate.label", at, "%s %q is not allowed in Kubernetes", what, clipped(text)).
		WithDetail("%s", form).WithPath(f.path())
}

func isLabelKey(s string) bool { return isPlainLabel(s) || len(validation.IsQualifiedName(s)) == 0 }

func isLabelValue(s string) bool {
	return isPlainLabel(s) || len(validation.IsValidLabelValue(s)) == 0
}

// isPlainLabel reports whether s is letters and digits alone, which is fine for
// both: most labels are, and regular expressions take long.
func isPlainLabel(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= validation.LabelValueMaxLength
}

// selectors holds what the stages of a strategy select by to the same rules:
// what is no label matches nothing.
func selectors(d profile.Document, _ Options) diag.Diagnostics {
	var out diag.Diagnostics
	for _, stage := range items(d, stagesPath) {
		out = append(out, selector(d, stage.Join(diag.Field("selector")))...)
	}
	return out
}

func selector(d profile.Document, path diag.Path) diag.Diagnostics {
	out := labelsAt(d, path.Join(diag.Field("matchLabels")))
	for _, at := range items(d, path.Join(diag.Field("matchExpressions"))) {
		out = append(out, requirement(d, at)...)
	}
	return out
}

func requirement(d profile.Document, at diag.Path) diag.Diagnostics {
	var out diag.Diagnostics
	judge := func(path diag.Path, what, form string, fits func(string) bool) {
		if text, ok := d.Tree().Find(path).Str(); ok && isText(text) && !fits(text) {
			out = append(out, diag.Errorf("validate.label", d.At(path), "%s %q is not allowed in Kubernetes", what, clipped(text)).
				WithDetail("%s", form).WithPath(path))
		}
	}
	judge(at.Join(diag.Field("key")), "label key", labelKeyForm, isLabelKey)
	for _, item := range items(d, at.Join(diag.Field("values"))) {
		judge(item, "label value", labelValueForm, isLabelValue)
	}
	return out
}
