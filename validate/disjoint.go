package validate

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"sort"

	"github.com/dayzero-sdk/dayzero/profile"
)

// prefixOf reads a range, or an address as a range of one. A mapped address is
// the IPv4 address that it stands for, and host bits do not count.
func prefixOf(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return unmapped(p), true
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), true
}

// mappedBits are the bits in front of a mapped IPv4 address.
const mappedBits = 96

func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= mappedBits {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits)
	}
	return p.Masked()
}

// overlaps finds the ranges of one part of the fleet that overlap, one finding
// for each range that others are equal to or lie in. Two ranges are either apart
// or one holds the other, so in the order of addresses, the wider first, what
// lies in a range follows it without a gap. It sorts the claims.
func overlaps(part []*claim, area profile.Area) []collision {
	slices.SortStableFunc(part, func(a, b *claim) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
	})
	var out []collision
	end := 0
	for holders := range stretches(part, func(a, b *claim) bool { return a.prefix == b.prefix }) {
		end += len(holders)
		behind := part[end:]
		inside := behind[:sort.Search(len(behind), func(i int) bool { return !holders[0].prefix.Contains(behind[i].prefix.Addr()) })]
		if found, ok := collide(holders, inside, area); ok {
			out = append(out, found)
		}
	}
	return out
}

func (c collision) overlap() string {
	return fmt.Sprintf("%s overlaps %s", c.first.named(), c.second.named())
}

// named is a range with the variable and who has it.
func (c *claim) named() string {
	return fmt.Sprintf("%s %s of %s", c.Variable, c.shown(), c.holder())
}
