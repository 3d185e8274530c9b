package drift

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dayzero-sdk/dayzero/internal/kubeschema"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// scalar compares two values of a type that has no parts.
func (w *walker) scalar(t *kubeschema.Type, want, live *value.Node) {
	w.check(t, want)
	switch {
	case want.Kind() == live.Kind() && want.Kind() < value.List && want.Equal(live):
	case want.Equal(live):
	case sameValue(t, want, live):
		w.emit(Equivalent, t, want, live)
	case t.Kind == kubeschema.Any && looksAlike(want, live), t.Kind == kubeschema.String && looksRespelled(want, live) && w.required:
		w.emit(Undecided, t, want, live)
	default:
		w.emit(Changed, t, want, live)
	}
}

// check notes a declared value that the server would refuse.
func (w *walker) check(t *kubeschema.Type, want *value.Node) {
	if want.IsNull() || !t.IsScalar() || accepts(t, want) {
		return
	}
	w.refuse("%s is %s, not %s", w.told(), want.Kind(), typeText(t))
}

func typeText(t *kubeschema.Type) string {
	if len(t.Enum) > 0 {
		return "one of " + strings.Join(t.Enum, ", ")
	}
	return "of type " + t.Kind.String()
}

func accepts(t *kubeschema.Type, n *value.Node) bool {
	switch t.Kind {
	case kubeschema.String:
		text, ok := n.Str()
		return ok && (len(t.Enum) == 0 || slices.Contains(t.Enum, text))
	case kubeschema.Integer:
		x, ok := n.Number()
		return ok && x == float64(int64(x))
	case kubeschema.Number:
		_, ok := n.Number()
		return ok
	case kubeschema.Boolean:
		return n.Kind() == value.Bool
	case kubeschema.Quantity:
		_, ok := quantity(n)
		return ok
	case kubeschema.IntOrString:
		x, ok := n.Number()
		return n.Kind() == value.String || ok && x == float64(int64(x))
	case kubeschema.Duration, kubeschema.Time, kubeschema.Bytes:
		return n.Kind() == value.String
	}
	return true
}

// sameValue reports whether two values of a type are spellings of one.
func sameValue(t *kubeschema.Type, a, b *value.Node) bool {
	if a.Equal(b) {
		return true
	}
	switch t.Kind {
	case kubeschema.Quantity:
		return sameQuantity(a, b)
	case kubeschema.IntOrString:
		return (hasUnit(a) || hasUnit(b)) && sameQuantity(a, b)
	case kubeschema.Duration:
		return sameDuration(a, b)
	case kubeschema.Time:
		x, errX := time.Parse(time.RFC3339Nano, a.Text())
		y, errY := time.Parse(time.RFC3339Nano, b.Text())
		return errX == nil && errY == nil && x.Equal(y)
	case kubeschema.Bytes:
		x, okX := decoded(a)
		y, okY := decoded(b)
		return okX && okY && x == y
	}
	return false
}

func quantity(n *value.Node) (resource.Quantity, bool) {
	if n.Kind() != value.String && n.Kind() != value.Int && n.Kind() != value.Float {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(n.Text())
	return q, err == nil
}

// sameQuantity compares as the server stores them, in thousandths, rounded up.
func sameQuantity(a, b *value.Node) bool {
	x, okX := quantity(a)
	y, okY := quantity(b)
	if !okX || !okY {
		return false
	}
	x.RoundUp(resource.Milli)
	y.RoundUp(resource.Milli)
	return x.Cmp(y) == 0
}

// hasUnit reports whether n is a quantity written with a suffix, which no port
// number or percentage is.
func hasUnit(n *value.Node) bool {
	text, ok := n.Str()
	return ok && text != "" && strings.ContainsRune("numkKMGTPEi", rune(text[len(text)-1]))
}

func sameDuration(a, b *value.Node) bool {
	x, errX := time.ParseDuration(a.Text())
	y, errY := time.ParseDuration(b.Text())
	return errX == nil && errY == nil && x == y
}

func decoded(n *value.Node) (string, bool) {
	text, ok := n.Str()
	if !ok {
		return "", n.IsNull()
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return string(data), err == nil
}

// looksAlike reports whether two values of unknown type may be one: a quantity,
// a duration or a number that was written another way.
func looksAlike(a, b *value.Node) bool {
	if a.Kind() >= value.List || b.Kind() >= value.List || a.Kind() == value.Bool || b.Kind() == value.Bool {
		return false
	}
	return sameQuantity(a, b) || sameDuration(a, b)
}

// looksRespelled reports whether live is the canonical spelling of the duration
// that want writes another way: custom resources often call durations strings.
func looksRespelled(want, live *value.Node) bool {
	d, err := time.ParseDuration(want.Text())
	return err == nil && live.Text() == d.String()
}
