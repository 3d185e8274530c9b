package validate

import (
	"cmp"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
)

// equals finds the claims of one part of the fleet that have one value of one
// variable, one finding for each value. It sorts the claims.
func equals(part []*claim, area profile.Area) []collision {
	slices.SortStableFunc(part, func(a, b *claim) int {
		return cmp.Or(cmp.Compare(a.Variable, b.Variable), cmp.Compare(a.form, b.form))
	})
	var out []collision
	for holders := range stretches(part, func(a, b *claim) bool { return a.Variable == b.Variable && a.form == b.form }) {
		if found, ok := collide(holders, nil, area); ok {
			out = append(out, found)
		}
	}
	return out
}

func (c collision) equal() string {
	return fmt.Sprintf("%s is %s of both %s and %s", c.second.Variable, c.second.shown(), c.first.holder(), c.second.holder())
}

// formOf is a value of a type in a form that equal values share.
func formOf(t profile.VariableType, n *value.Node) string {
	text := n.Text()
	switch t {
	case profile.IntegerVariable, profile.NumberVariable:
		return numberForm(n)
	case profile.DurationVariable:
		if d, err := time.ParseDuration(text); err == nil {
			return d.String()
		}
	case profile.QuantityVariable:
		return quantityForm(text)
	case profile.IPv4Variable, profile.IPv6Variable:
		if a, err := netip.ParseAddr(text); err == nil {
			return a.String()
		}
	case profile.CIDRVariable:
		if p, ok := prefixOf(text); ok {
			return p.String()
		}
	}
	return text
}

func numberForm(n *value.Node) string {
	if i, whole := n.Integer(); whole {
		return strconv.FormatInt(i, 10)
	}
	f, _ := n.Number()
	return strconv.FormatFloat(f+0, 'f', -1, 64) // -0 is 0
}

// quantityForm is the exact number: 1Gi and 1024Mi have the same.
func quantityForm(text string) string {
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return text
	}
	number, ok := new(big.Rat).SetString(q.AsDec().String())
	if !ok {
		return text
	}
	return number.RatString()
}
