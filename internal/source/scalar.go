package source

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

var (
	intForm   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	octalForm = regexp.MustCompile(`^0o[0-7]+$`)
	hexForm   = regexp.MustCompile(`^0x[0-9a-fA-F]+$`)
	floatForm = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	dateForm  = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$`)
)

// scalar resolves a scalar by the YAML 1.2 core schema.
func (b *builder) scalar(n *yaml.Node) *value.Node {
	p := b.place(n)
	if n.Style&yaml.TaggedStyle != 0 {
		return b.tagged(n, p)
	}
	if n.Style&quoted != 0 {
		return value.NewString(n.Value, p)
	}
	return b.plain(n, p)
}

func (b *builder) tagged(n *yaml.Node, p value.Place) *value.Node {
	switch n.ShortTag() {
	case "!!str":
		return value.NewString(n.Value, p)
	case "!!int", "!!float", "!!bool", "!!null":
		if v := b.plain(n, p); tagFits(n.ShortTag(), v.Kind()) {
			return v
		}
		b.report(n, "source.tag", "the text %q does not fit its tag %s", "remove the tag, or mend the text", clipped(n.Value), clipped(n.Tag))
		return value.NewNull(p)
	}
	b.report(n, "source.tag", "the tag %s is not supported", "remove the tag; write binary data as a base64 string", clipped(n.Tag))
	return value.NewNull(p)
}

func tagFits(tag string, kind value.Kind) bool {
	switch tag {
	case "!!int":
		return kind == value.Int
	case "!!float":
		return kind == value.Int || kind == value.Float
	case "!!bool":
		return kind == value.Bool
	}
	return kind == value.Null
}

func (b *builder) plain(n *yaml.Node, p value.Place) *value.Node {
	switch s := n.Value; s {
	case "", "~", "null", "Null", "NULL":
		return value.NewNull(p)
	case "true", "True", "TRUE":
		return value.NewBool(true, p)
	case "false", "False", "FALSE":
		return value.NewBool(false, p)
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
		b.report(n, "source.number", "%s is not a number JSON knows", "use a finite number, or quote the text", s)
		return value.NewNull(p)
	}
	if number, ok := b.number(n, p); ok {
		return number
	}
	b.warnOldSpelling(n)
	return value.NewString(n.Value, p)
}

func (b *builder) number(n *yaml.Node, p value.Place) (*value.Node, bool) {
	s := n.Value
	switch {
	case intForm.MatchString(s):
		return b.integer(n, s, 10, p), true
	case octalForm.MatchString(s):
		return b.integer(n, s[2:], 8, p), true
	case hexForm.MatchString(s):
		return b.integer(n, s[2:], 16, p), true
	case floatForm.MatchString(s):
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(f, 0) {
			b.report(n, "source.number", "the number %s is out of range", "quote it if it is meant as text", clipped(s))
			return value.NewNull(p), true
		}
		return value.NewFloat(f, p).AsWritten(s), true
	}
	return nil, false
}

func (b *builder) integer(n *yaml.Node, digits string, base int, p value.Place) *value.Node {
	i, err := strconv.ParseInt(strings.TrimPrefix(digits, "+"), base, 64)
	if err != nil {
		b.report(n, "source.number", "the integer %s does not fit in 64 bits", "quote it if it is meant as text", clipped(n.Value))
		return value.NewNull(p)
	}
	return value.NewInt(i, p).AsWritten(n.Value)
}

// number is a number of JSON as this dialect reads it.
func number(token any, p value.Place) (*value.Node, error) {
	text := token.(json.Number).String()
	if intForm.MatchString(text) {
		i, err := strconv.ParseInt(text, 10, 64)
		return value.NewInt(i, p).AsWritten(text), err
	}
	f, err := strconv.ParseFloat(text, 64)
	return value.NewFloat(f, p).AsWritten(text), err
}

// warnOldSpelling tells about scalars that YAML 1.1 readers take for booleans
// or dates and this dialect takes for strings.
func (b *builder) warnOldSpelling(n *yaml.Node) {
	switch strings.ToLower(n.Value) {
	case "yes", "no", "on", "off", "y", "n":
		b.warn(n, "quote it, or write true or false if a boolean is meant", "%s is read as the string %q, not as a boolean", n.Value, n.Value)
		return
	}
	if dateForm.MatchString(n.Value) {
		b.warn(n, "quote it: some YAML readers turn it into a timestamp", "the date %s is read as a string", clipped(n.Value))
	}
}

func (b *builder) warn(n *yaml.Node, hint, summary string, args ...any) {
	b.add(diag.Warningf("source.plain-scalar", b.place(n).Range(), summary, args...).WithDetail("%s", hint))
}
