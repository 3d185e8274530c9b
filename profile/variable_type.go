package profile

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dayzero-sdk/dayzero/internal/expr"
	"github.com/dayzero-sdk/dayzero/internal/value"
)

// typeRule is what a type demands of the data and how its values compare.
type typeRule struct {
	kind  value.Kind
	form  string // "an IP range such as 10.0.0.0/16"
	valid func(text string) bool
	// bounded gives the order of values against a limit; nil when min and max
	// make no sense. Values and limit fit the type.
	bounded func(limit *value.Node) func(n *value.Node) int
	// cel is what expressions see.
	cel expr.Type
}

var typeRules = map[VariableType]typeRule{
	StringVariable:    {kind: value.String, form: "a string", cel: expr.String},
	EnumVariable:      {kind: value.String, form: "a string", cel: expr.Enum},
	BooleanVariable:   {kind: value.Bool, form: "true or false", cel: expr.Boolean},
	IntegerVariable:   {kind: value.Int, form: "a whole number", bounded: byInteger, cel: expr.Integer},
	NumberVariable:    {kind: value.Float, form: "a number", bounded: byNumber, cel: expr.Number},
	VersionVariable:   {kind: value.String, form: `a version such as "1.34.2", quoted`, valid: isVersion, bounded: by(ParseVersion, Version.Compare), cel: expr.Version},
	DurationVariable:  {kind: value.String, form: "a duration such as 90m or 24h", valid: isDuration, bounded: by(time.ParseDuration, cmp.Compare[time.Duration]), cel: expr.Duration},
	QuantityVariable:  {kind: value.String, form: "a quantity such as 500m or 2Gi", valid: isQuantity, bounded: by(resource.ParseQuantity, func(a, b resource.Quantity) int { return a.Cmp(b) }), cel: expr.Quantity},
	IPv4Variable:      {kind: value.String, form: "an IPv4 address such as 10.0.0.1", valid: isIPv4, cel: expr.String},
	IPv6Variable:      {kind: value.String, form: "an IPv6 address such as 2001:db8::1", valid: isIPv6, cel: expr.String},
	CIDRVariable:      {kind: value.String, form: "an IP range such as 10.0.0.0/16", valid: isCIDR, cel: expr.CIDR},
	URLVariable:       {kind: value.String, form: "a URL such as https://registry.example.com/charts", valid: isURL, cel: expr.String},
	DNSNameVariable:   {kind: value.String, form: "a DNS name in lower case such as registry.example.com", valid: isDNSName, cel: expr.String},
	Base64Variable:    {kind: value.String, form: "standard base64 with its padding, on one line", valid: isBase64, cel: expr.String},
	ListVariable:      {kind: value.List, form: "a list", cel: expr.List},
	MapVariable:       {kind: value.Map, form: "a mapping", cel: expr.Map},
	ObjectVariable:    {kind: value.Map, form: "a mapping", cel: expr.Object},
	SecretRefVariable: {kind: value.Map, form: "a reference {name: ...}", cel: expr.SecretRef},
}

// typeNames are the types, sorted.
func typeNames() []string {
	names := make([]string, 0, len(typeRules))
	for t := range maps.Keys(typeRules) {
		names = append(names, string(t))
	}
	slices.Sort(names)
	return names
}

// fits reports whether n is of the type.
func (r typeRule) fits(n *value.Node) bool {
	if r.kind == value.Float && n.Kind() == value.Int {
		return true
	}
	return n.Kind() == r.kind && (r.valid == nil || r.valid(n.Text()))
}

// Compare orders two values of the type as min and max do; ok is false where one
// is not of the type, or the type has no order.
func (t VariableType) Compare(a, b Value) (order int, ok bool) {
	rule := typeRules[t]
	if rule.bounded == nil || !rule.fits(a.node) || !rule.fits(b.node) {
		return 0, false
	}
	return rule.bounded(b.node)(a.node), true
}

func byInteger(limit *value.Node) func(*value.Node) int {
	bound, _ := limit.Integer()
	return func(n *value.Node) int {
		i, _ := n.Integer()
		return cmp.Compare(i, bound)
	}
}

func byNumber(limit *value.Node) func(*value.Node) int {
	bound, _ := limit.Number()
	return func(n *value.Node) int {
		f, _ := n.Number()
		return cmp.Compare(f, bound)
	}
}

// by orders texts by what they parse to. The limit is parsed once.
func by[T any](parse func(string) (T, error), compare func(a, b T) int) func(*value.Node) func(*value.Node) int {
	return func(limit *value.Node) func(*value.Node) int {
		bound, _ := parse(limit.Text())
		return func(n *value.Node) int {
			v, err := parse(n.Text())
			if err != nil {
				return 0 // which is not of the type, and reported
			}
			return compare(v, bound)
		}
	}
}

func isVersion(s string) bool {
	_, err := ParseVersion(s)
	return err == nil
}

const (
	// maxQuantity and so on are the most characters of such a value.
	maxQuantity = 64
	maxDuration = 64
	maxURL      = 2048
	maxDNSName  = 253
)

func isDuration(s string) bool {
	if len(s) > maxDuration {
		return false
	}
	_, err := time.ParseDuration(s)
	return err == nil
}

// quantityForm is what Kubernetes means by a quantity; its parser takes a sign
// alone, too, and computes an exponent of any size.
var quantityForm = regexp.MustCompile(`^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?0*[0-9]{1,2})?$`)

func isQuantity(s string) bool {
	if len(s) > maxQuantity || !quantityForm.MatchString(s) {
		return false
	}
	_, err := resource.ParseQuantity(s)
	return err == nil
}

func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && !a.Is4In6() && a.Zone() == ""
}

func isCIDR(s string) bool {
	p, err := netip.ParsePrefix(s)
	return err == nil && p == p.Masked() && !p.Addr().Is4In6()
}

// urlForm are the characters of RFC 3986 around a scheme and an authority.
var urlForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+$`)

func isURL(s string) bool {
	if len(s) > maxURL || !urlForm.MatchString(s) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != ""
}

var dnsNameForm = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$`)

func isDNSName(s string) bool { return len(s) <= maxDNSName && dnsNameForm.MatchString(s) }

var secretNameForm = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

// isSecretName: a Secret is named by a DNS subdomain, whose labels have any
// length (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
func isSecretName(s string) bool { return len(s) <= maxDNSName && secretNameForm.MatchString(s) }

func isBase64(s string) bool {
	if strings.ContainsAny(s, "\r\n") { // which the decoder skips
		return false
	}
	_, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil
}
