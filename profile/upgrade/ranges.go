package upgrade

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

var (
	number     = regexp.MustCompile(`[0-9]+(\.[0-9xX*]+){0,2}`)
	prerelease = regexp.MustCompile(`([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?-([0-9A-Za-z.-]+)`)
)

// within reports whether every version of range a lies in range b. text holds all
// versions that the two ranges name: whether a version lies in a range can only
// change next to one of them, so that it is enough to look there.
func within(a, b profile.VersionRange, text string) bool {
	for _, v := range append(probes(text), prereleases(text)...) {
		if a.Has(v) && !b.Has(v) {
			return false
		}
	}
	return true
}

// probes are versions on both sides of every border that ranges of these versions
// can have.
func probes(text string) []profile.Version {
	var out []profile.Version
	add := func(major, minor, patch int) {
		if major < 0 || minor < 0 || patch < 0 {
			return
		}
		if v, err := profile.ParseVersion(fmt.Sprintf("%d.%d.%d", major, minor, patch)); err == nil {
			out = append(out, v)
		}
	}
	const far = 1 << 30
	add(0, 0, 0)
	add(far, far, far)
	for _, each := range number.FindAllString(text, -1) {
		var n [3]int
		for i, part := range strings.Split(each, ".") {
			n[i], _ = strconv.Atoi(part)
		}
		for _, patch := range []int{n[2] - 1, n[2], n[2] + 1, far} {
			add(n[0], n[1], patch)
		}
		for _, minor := range []int{n[1] - 1, n[1] + 1, far} {
			add(n[0], minor, 0)
			add(n[0], minor, far)
		}
		for _, major := range []int{n[0] - 1, n[0] + 1} {
			add(major, 0, 0)
			add(major, far, far)
		}
	}
	return out
}

// prereleases are those that the ranges name, the versions right behind them, and
// the first pre-release of each of their releases.
func prereleases(text string) []profile.Version {
	var out []profile.Version
	for _, m := range prerelease.FindAllStringSubmatch(text, -1) {
		for _, suffix := range []string{"ALPHA", m[4], m[4] + ".0"} {
			if v, err := profile.ParseVersion(fmt.Sprintf("%s.%s.%s-%s", m[1], cmp.Or(m[2], "0"), cmp.Or(m[3], "0"), suffix)); err == nil {
				out = append(out, v)
			}
		}
	}
	return out
}
