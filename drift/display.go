package drift

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// hidden stands for what must not be shown: not even its length.
const hidden = "(hidden)"

// maxShown bounds the text of one value, in characters.
const maxShown = 200

// display is the text of a value for people.
func (p *pair) display(d difference, n *value.Node) string {
	if n == nil {
		return ""
	}
	if p.hides(d) {
		return hidden
	}
	if n.Kind() == value.List || n.Kind() == value.Map {
		return value.Short(string(n.AppendJSON(nil)), maxShown)
	}
	text, isString := n.Str()
	if isString && !isPlain(text) {
		return value.Short(strconv.Quote(text), maxShown)
	}
	return value.Short(n.Text(), maxShown)
}

// isPlain reports whether a string can be shown without quotes and is not taken
// for something else.
func isPlain(text string) bool {
	if text == "" || text == "true" || text == "false" || text == "null" || strings.TrimSpace(text) != text {
		return false
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// hides reports whether the values of a difference are secret: what is declared
// sensitive or was, what stands in its place, everything in a Secret but its type
// and labels, and what tools keep as a copy of an object.
func (p *pair) hides(d difference) bool {
	text := names(d.path)
	if p.isClosed() && (d.want.Sensitive() || p.before(d.path).Sensitive() || p.replaces(d)) {
		return true
	}
	if strings.HasPrefix(text, "/metadata/annotations") && (strings.Contains(text, "last-applied") || strings.Contains(text, "original") || strings.Contains(text, "applied")) {
		return true
	}
	if !p.isSecret() {
		return false
	}
	return text != "/type" && text != "/immutable" && !strings.HasPrefix(text, "/metadata/labels")
}

// replaces reports whether a difference is in an element that is named by what is
// not to be shown, or that nobody declares in a list of such elements.
func (p *pair) replaces(d difference) bool {
	for i, s := range d.path {
		above := d.path[:i]
		_, isIndex := s.IsIndex()
		if isIndex && d.want == nil && (p.want.Find(above).Sensitive() || p.before(above).Sensitive()) || !p.names(above, s) {
			return true
		}
	}
	return false
}

// isClosed reports whether something of the object is not to be shown.
func (p *pair) isClosed() bool { return p.want.Sensitive() || p.applied.Sensitive() }

func (p *pair) isSecret() bool { return p.key.Kind == "Secret" }
