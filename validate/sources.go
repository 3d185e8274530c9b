package validate

import (
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// sourcePolicy says where charts, images and manifests may come from. A nil list
// allows everything.
type sourcePolicy struct {
	owner                     string
	charts, images, manifests []string
	// digests: outside of -dev versions charts and images have a digest.
	digests bool
	at      diag.Range
}

// The codes of what a source policy refuses. No other policy has these names.
const (
	sourceCode   = "policy.source"
	digestCode   = "policy.digest"
	floatingCode = "policy.floating"
)

var sourceCodes = []string{sourceCode, digestCode, floatingCode}

func (f *policyFile) readSources(field *ast.Field) *sourcePolicy {
	s := &sourcePolicy{at: f.text.node(field.Label)}
	for _, part := range f.fieldsOf(field) {
		switch name, _, _ := ast.LabelName(part.Label); name {
		case "owner":
			s.owner = f.string(part)
		case "charts":
			s.charts = f.prefixes(part)
		case "images":
			s.images = f.prefixes(part)
		case "manifests":
			s.manifests = f.prefixes(part)
		case "digests":
			text, _ := f.choice(part, "required", "optional")
			s.digests = text == "required"
		default:
			f.unknown(part, name, "sources", "owner", "charts", "images", "manifests", "digests")
		}
	}
	if s.owner == "" && !f.found.HasErrors() {
		f.add("validate.policy-form", s.at, "add owner: with a value", "owner is missing in sources")
	}
	return s
}

func (f *policyFile) prefixes(field *ast.Field) []string {
	list, ok := field.Value.(*ast.ListLit)
	if !ok {
		f.add("validate.policy-form", f.text.node(field.Value), `for instance ["registry.corp"]`, "this must be a list of texts")
		return nil
	}
	out := []string{}
	for _, e := range list.Elts {
		if text := f.words(e); text != "" {
			out = append(out, strings.TrimSuffix(text, "/"))
		}
	}
	return out
}

// allowed reports whether source is, or lies below, one of the prefixes.
// "registry.corp" allows registry.corp/charts, and neither registry.corporate
// nor registry.corp:8443/charts; "registry.corp/app" allows its tags and digests.
func allowed(source string, prefixes []string) bool {
	return prefixes == nil || !ambiguous(source) && slices.ContainsFunc(prefixes, func(prefix string) bool {
		rest, ok := strings.CutPrefix(source, prefix)
		switch {
		case !ok || rest == "" || rest[0] == '/':
			return ok
		case !strings.Contains(afterScheme(prefix), "/"):
			return false // what follows belongs to the name of the host
		}
		return strings.ContainsRune(":@", rune(rest[0])) && !strings.Contains(rest, "/")
	})
}

// ambiguous reports whether a source need not lie where it seems to: it names a
// user before the host, or leads up again.
func ambiguous(source string) bool {
	path := strings.NewReplacer("%2e", ".", "%2f", "/", "%5c", "/", `\`, "/").Replace(strings.ToLower(afterScheme(source)))
	host, _, _ := strings.Cut(path, "/")
	return strings.Contains(source, "://") && strings.Contains(host, "@") || slices.Contains(strings.Split(path, "/"), "..")
}

func afterScheme(source string) string {
	if _, rest, ok := strings.Cut(source, "://"); ok {
		return rest
	}
	return source
}

// judge gives what is wrong with the sources of a stack. A nil policy allows
// everything.
func (s *sourcePolicy) judge(stack *profile.Stack, layers layerPlaces, images *imageCache) []violation {
	if s == nil {
		return nil
	}
	var out []violation
	for i, l := range stack.Layers() {
		at := diag.Fields("layers").Join(diag.Index(i))
		out = append(out, s.chart(l, layers, at)...)
		out = append(out, s.files(l, layers, at)...)
		for _, image := range images.of(l) {
			out = append(out, s.image(image, l.Profile, at)...)
		}
	}
	return out
}

// violation is one finding of the source policy; root may hold nothing.
func (s *sourcePolicy) violation(code string, at diag.Range, path diag.Path, hint, format string, args ...any) violation {
	return violation{refusal: refusal{path: path}, code: code,
		found: diag.Errorf(code, at, format, args...).WithDetail("%s", hint).WithPath(path).WithRelated(s.at, "this is the policy of %s", s.owner)}
}

func (s *sourcePolicy) chart(l profile.StackLayer, layers layerPlaces, layer diag.Path) []violation {
	if l.Helm == nil {
		return nil
	}
	content := layers.of(l).Get("content")
	n := chartTree(l.Helm, content, value.PlaceOf(l.Origin))
	at := func(name string) diag.Path { return layer.Join(diag.Field("helm"), diag.Field(name)) }
	var out []violation
	if !allowed(l.Helm.Chart, s.charts) {
		out = append(out, s.violation(sourceCode, n.Get("chart").Place().Range(), at("chart"), list("charts come from ", s.charts), "the chart %s comes from a source that is not allowed", clipped(l.Helm.Chart)))
	}
	if l.Helm.Digest == "" && s.digests && !isDev(l.Profile) {
		out = append(out, s.violation(digestCode, keyOf(content, diag.Fields("helm")).Range(), at("digest"), "add digest: sha256:...", "the chart %s has no digest", clipped(l.Helm.Chart)))
	}
	return out
}

func (s *sourcePolicy) files(l profile.StackLayer, layers layerPlaces, layer diag.Path) []violation {
	var out []violation
	written := layers.of(l).Get("content", "manifests")
	at := written.Place()
	if written == nil {
		at = value.PlaceOf(l.Origin)
	}
	for i, f := range l.Manifests {
		if !allowed(f.Name, s.manifests) {
			out = append(out, s.violation(sourceCode, at.Range(), layer.Join(diag.Field("manifests"), diag.Index(i)), list("manifests lie below ", s.manifests), "the manifest %s comes from a source that is not allowed", f.Name))
		}
	}
	return out
}

func (s *sourcePolicy) image(i image, release profile.Ref, layer diag.Path) []violation {
	var out []violation
	name, tag, digest := splitImage(i.text)
	path := layer.Join(diag.Field("images"), diag.Element(i.text))
	switch {
	case i.unread && s.images == nil:
		return nil
	case i.unread:
		return []violation{s.violation(sourceCode, i.at, path, "write it as one text", "the image %s is no text, so that nobody knows its source", clipped(i.text))}
	}
	if !allowed(name, s.images) {
		out = append(out, s.violation(sourceCode, i.at, path, list("images come from ", s.images), "the image %s comes from a source that is not allowed", clipped(i.text)))
	}
	switch {
	case digestForm.MatchString(digest):
	case tag == "" || tag == "latest":
		out = append(out, s.violation(floatingCode, i.at, path, "name the exact version, best with a digest: "+name+":1.2.3@sha256:...", "the image %s is another one tomorrow", clipped(i.text)))
	case s.digests && !isDev(release):
		out = append(out, s.violation(digestCode, i.at, path, "end it in @sha256: and 64 hexadecimal digits", "the image %s has no digest", clipped(i.text)))
	}
	return out
}

// digestForm is what registries take for a digest.
var digestForm = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`)

func isDev(r profile.Ref) bool {
	v, err := profile.ParseVersion(r.Version)
	return err == nil && v.IsDev()
}

func list(before string, known []string) string {
	if len(known) == 0 {
		return "none is allowed"
	}
	return before + strings.Join(known, ", ")
}
