package upgrade

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
)

// structural is the rule of needs that follow from what a stack is made of.
// Nothing can be done about them, so they are never left out and never blamed.
const structural = -1

// coupling numbers the conditions by which overlays and the profiles that they
// add go together. They follow the conditions of the library.
type coupling struct {
	first   int
	numbers map[string]int
}

func (c *coupling) number(name string) int {
	n, known := c.numbers[name]
	if !known {
		n = c.first + len(c.numbers)
		c.numbers[name] = n
	}
	return n
}

// never is a condition that nothing meets.
func (c *coupling) never() int { return c.number("never") }

// added: some overlay adds the profile.
func (c *coupling) added(profileName string) int { return c.number("added " + profileName) }

// without: the overlay does not add the profile.
func (c *coupling) without(overlay, profileName string) int {
	return c.number("without " + overlay + " " + profileName)
}

// at: the profile has the version.
func (c *coupling) at(ref profile.Ref) int { return c.number("at " + ref.String()) }

// couple numbers all conditions that a journey can have.
func (a *analysis) couple(j journey) *coupling {
	c := &coupling{first: len(a.conditions), numbers: map[string]int{}}
	c.never()
	for _, l := range j.overlays {
		for _, ref := range l.versions {
			for _, added := range a.adds(ref) {
				c.at(added)
			}
		}
	}
	for _, name := range j.added {
		c.added(name)
		for _, l := range j.overlays {
			c.without(l.name, name)
		}
	}
	return c
}

// size is the number of conditions, those of the library included.
func (c *coupling) size() int { return c.first + len(c.numbers) }

// adds are the profiles that a version of an overlay adds; none for an overlay
// that is not there.
func (a *analysis) adds(overlay profile.Ref) []profile.Ref {
	if o := a.overlay(overlay); o != nil {
		return o.adds
	}
	return nil
}

// overlayVersion is one version of an overlay, or its absence. It needs the
// profiles that it adds in the versions that it names.
func (a *analysis) overlayVersion(ref profile.Ref, j journey, c *coupling) *version {
	v := &version{ref: ref, meets: newSet(c.size()), certain: newSet(c.size())}
	adds := a.adds(ref)
	for _, added := range adds {
		if added.Version != "" {
			v.needs = append(v.needs, need{rule: structural, condition: c.at(added)})
		}
	}
	for _, name := range j.added {
		if slices.ContainsFunc(adds, func(r profile.Ref) bool { return r.Name == name }) {
			v.meets.add(c.added(name))
		} else {
			v.meets.add(c.without(ref.Name, name))
		}
	}
	return v
}

// absent is the version of a profile that no overlay adds.
func (j journey) absent(name string, c *coupling) *version {
	v := &version{ref: profile.Ref{Name: name}, meets: newSet(c.size()), certain: newSet(c.size())}
	for _, l := range j.overlays {
		v.needs = append(v.needs, need{rule: structural, condition: c.without(l.name, name)})
	}
	return v
}

// brought couples a version of a profile to the overlays that add or name it.
func (j journey) brought(v *version, c *coupling) {
	if n, asked := c.numbers["at "+v.ref.String()]; asked {
		v.meets.add(n)
	}
	if slices.Contains(j.added, v.ref.Name) {
		v.needs = append(v.needs, need{rule: structural, condition: c.added(v.ref.Name)})
	}
}
