package validate

import (
	"cmp"
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// claim is a value of one cluster that the fleet holds apart from others.
type claim struct {
	*profile.Claim
	key profile.Key
	// cluster is the place of the cluster's name in its document.
	cluster diag.Range
	// area is where the value is held apart.
	area profile.Area
	// form is the value for comparison: two spellings of one value have one form.
	form string
	// prefix is the value as a range; only of a variable that is disjoint.
	prefix netip.Prefix
}

// areas are judged one after the other, a pair of claims in the wider area of
// the two.
var areas = []profile.Area{profile.ClusterArea, profile.HubArea, profile.FleetArea}

// apart holds the values of variables that are declared unique or disjoint apart.
func (f *fleet) apart() diag.Diagnostics {
	unique, disjoint := f.claims()
	var out diag.Diagnostics
	for _, area := range areas {
		for part := range parts(unique, area) {
			for _, c := range equals(part, area) {
				out = append(out, c.finding("validate.unique", "unique", c.equal()))
			}
		}
		for part := range parts(disjoint, area) {
			for _, c := range overlaps(part, area) {
				out = append(out, c.finding("validate.disjoint", "disjoint", c.overlap()))
			}
		}
	}
	return out
}

// claims are those of all clusters, by the rule that they are under, in the
// order of the clusters' keys.
func (f *fleet) claims() (unique, disjoint []*claim) {
	for i := range f.members {
		m := &f.members[i]
		for j := range m.claims {
			c := &claim{Claim: &m.claims[j], key: m.key, cluster: m.at, area: m.claims[j].Unique}
			if c.area != "" {
				c.form = formOf(c.Type, c.Value.Tree())
				unique = append(unique, c)
			} else if prefix, ok := prefixOf(c.Value.Tree().Text()); ok {
				c.area, c.prefix = c.Disjoint, prefix
				disjoint = append(disjoint, c)
			}
		}
	}
	return unique, disjoint
}

// within names the part of the fleet of an area that the claim is in.
func (c *claim) within(area profile.Area) profile.Key {
	switch area {
	case profile.ClusterArea:
		return c.key
	case profile.HubArea:
		return profile.Key{Hub: c.key.Hub}
	}
	return profile.Key{}
}

// parts yields the claims of each part of the fleet, without those that are held
// apart in a wider area: their pairs are judged there. claims are in the order
// of the clusters' keys, so that a part is a stretch of them; the caller may
// sort it.
func parts(claims []*claim, area profile.Area) iter.Seq[[]*claim] {
	claims = slices.DeleteFunc(slices.Clone(claims), func(c *claim) bool { return c.area.Compare(area) > 0 })
	return stretches(claims, func(a, b *claim) bool { return a.within(area) == b.within(area) })
}

// stretches yields the longest stretches of claims that are the same as the
// first of the stretch.
func stretches(claims []*claim, same func(a, b *claim) bool) iter.Seq[[]*claim] {
	return func(yield func([]*claim) bool) {
		for len(claims) > 0 {
			n := 1
			for n < len(claims) && same(claims[0], claims[n]) {
				n++
			}
			if !yield(claims[:n:n]) {
				return
			}
			claims = claims[n:]
		}
	}
}

// collision is claims of which one does not go with another.
type collision struct {
	area profile.Area
	// first and second are two of them that do not go together, in the order of
	// keys.
	first, second *claim
	// total is how many claims take part.
	total int
}

// collide finds the claims that do not go together among those that hold a
// value and those that lie inside it: a pair of a holder with a holder, or with
// one inside, of which at least one is held apart in the area.
func collide(holders, inside []*claim, area profile.Area) (collision, bool) {
	held := func(c *claim) bool { return c.area == area }
	i, j := slices.IndexFunc(holders, held), slices.IndexFunc(inside, held)
	switch {
	case i < 0 && j < 0, len(holders)+len(inside) < 2:
		return collision{}, false
	case i < 0:
		return newCollision(area, holders[0], inside[j], len(holders)+countFunc(inside, held)), true
	case i > 0:
		return newCollision(area, holders[0], holders[i], len(holders)+len(inside)), true
	case len(holders) > 1:
		return newCollision(area, holders[0], holders[1], len(holders)+len(inside)), true
	}
	return newCollision(area, holders[0], inside[0], 1+len(inside)), true
}

func countFunc(claims []*claim, is func(*claim) bool) int {
	n := 0
	for _, c := range claims {
		if is(c) {
			n++
		}
	}
	return n
}

func newCollision(area profile.Area, a, b *claim, total int) collision {
	if b.compare(a) < 0 {
		a, b = b, a
	}
	return collision{area: area, first: a, second: b, total: total}
}

func (c *claim) compare(o *claim) int {
	return cmp.Or(c.key.Compare(o.key), cmp.Compare(c.Variable, o.Variable), cmp.Compare(c.Pool, o.Pool))
}

// holder names the cluster, and the pool where the value is of one.
func (c *claim) holder() string {
	if c.Pool != "" {
		return "pool " + c.Pool + " of " + c.key.String()
	}
	return c.key.String()
}

func (c *claim) shown() string {
	if c.Sensitive {
		return "a sensitive value"
	}
	return clipped(c.Value.Tree().Text())
}

// place is where the value is written: in the cluster, in an overlay, or as the
// default.
func (c *claim) place() diag.Range {
	if c.Sensitive {
		return diag.Range{File: c.Origin.Range.File, Start: diag.Position{Line: c.Origin.Range.Start.Line}}
	}
	return c.Origin.Range
}

// own reports whether the cluster itself sets the value.
func (c *claim) own() bool { return c.Origin.Kind == diag.Variable }

// says is who sets the value.
func (c *claim) says() string {
	switch {
	case c.own():
		return c.holder() + " sets it here"
	case c.Origin.Kind == diag.Default:
		return c.holder() + " does not set " + c.Variable + ": the default counts"
	}
	return c.holder() + " does not set " + c.Variable + ": the value of " + c.Origin.Document + " counts"
}

// finding is the diagnostic for a collision, at the value of the second claim.
// rule is the field of the declaration.
func (c collision) finding(code, rule, summary string) diag.Diagnostic {
	out := diag.Errorf(code, c.second.place(), "%s%s", summary, c.more()).
		WithDetail("%s", c.advice(rule)).
		WithPath(diag.Fields("spec", "variables", c.second.Variable))
	if !c.first.own() && c.first.place() != c.second.place() {
		out = out.WithRelated(c.first.place(), "the other value is here")
	}
	for _, one := range []*claim{c.first, c.second} {
		switch {
		case !one.own():
			out = out.WithRelated(one.cluster, "%s", one.says())
		case one == c.first:
			out = out.WithRelated(one.place(), "%s", one.says())
		}
	}
	by := c.second
	if by.area != c.area {
		by = c.first
	}
	return out.WithRelated(by.Declared.Range, "%s is declared %s: %s here, owner %s", by.Variable, rule, by.area, by.Declared.Owner)
}

// more says what the summary does not name.
func (c collision) more() string {
	text := ""
	if c.total > 2 {
		text = fmt.Sprintf(", and %d more", c.total-2)
	}
	switch kind := c.first.Origin.Kind; {
	case kind != c.second.Origin.Kind:
	case kind == diag.Default:
		return text + ": they have the default"
	case kind == diag.Overlay:
		return text + ": they have the value of an overlay"
	}
	return text
}

// advice says what to do.
func (c collision) advice(rule string) string {
	where := map[profile.Area]string{profile.ClusterArea: "the cluster", profile.HubArea: "the hub", profile.FleetArea: "the fleet"}[c.area]
	if c.first.own() || c.second.own() {
		return "values are " + rule + " in " + where + ": give one of the two another one"
	}
	return "values are " + rule + " in " + where + ", and one that is not the cluster's own suits one cluster at most: set " + c.second.Variable + " in the clusters"
}
