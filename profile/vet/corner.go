package vet

import (
	"iter"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Options say where a profile is vetted. The zero value is fine.
type Options struct {
	// With are the versions of the profiles beside the vetted one. Default: see
	// the package documentation.
	With []profile.Ref
	// Labels are those of the made-up clusters. Default: those of a cluster of
	// the fleet.
	Labels map[string]string
	// Variables are values of the baseline, by name. Default: those of a cluster
	// of the fleet, else defaults, else samples.
	Variables map[string]profile.Value
	// Limit is how many corners there are at most on each ground; every single
	// difference is there in any case. Default: 1000.
	Limit int
	// Render judges the stack of a corner further, for instance by rendering it.
	// Default: resolving is enough.
	Render func(*profile.Stack) diag.Diagnostics
}

const (
	defaultLimit = 1000
	// searchLimit is how many corners are tried to find one that rules allow, and
	// how many clusters of the same profiles to find one that resolves.
	searchLimit = 500
)

// Corner is a made-up cluster at a corner of a profile's variables.
type Corner struct {
	// Name says in what it differs from the baseline:
	// "region=eu-west-1, maxPods=250". The baseline is called that.
	Name string
	// With are the profiles beside the vetted one.
	With []profile.Ref
	// Cluster is the document.
	Cluster profile.Cluster
	// Stack is nil where there are errors.
	Stack *profile.Stack
	// Diagnostics are those of resolving, and of [Options.Render].
	Diagnostics diag.Diagnostics

	picks []pick
}

// Refused reports whether all that is wrong is that a rule of a profile does not
// hold: an input that is not allowed.
func (c Corner) Refused() bool {
	return c.Diagnostics.HasErrors() && !slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Code != codeRule
	})
}

// pick is a choice of a dimension.
type pick struct {
	dimension int
	choice
}

// Corners resolves the corners of one version of a profile, one after the
// other, the baseline first. There are none for a version that [Profile] has an
// empty report of.
func Corners(ws *profile.Workspace, ref profile.Ref, opts Options) iter.Seq[Corner] {
	return func(yield func(Corner) bool) {
		for _, g := range grounds(ws, ref, opts) {
			dims, _ := g.dimensions()
			for picks := range plan(dims, opts.limit()) {
				if !yield(g.resolve(picks)) {
					return
				}
			}
		}
	}
}

func (o Options) limit() int {
	if o.Limit <= 0 {
		return defaultLimit
	}
	return o.Limit
}

// resolve makes the corner that differs from the baseline in the picks.
func (g *ground) resolve(picks []pick) Corner {
	c := Corner{Name: nameOf(picks), With: g.with, picks: picks}
	c.Cluster = g.base
	for _, p := range picks {
		p.apply(&c.Cluster)
	}
	c.Stack, c.Diagnostics = g.workspace.Library.Resolve(c.Cluster, g.source())
	if c.Stack != nil && g.render != nil {
		c.Diagnostics = append(c.Diagnostics, g.render(c.Stack)...).Sorted()
		if c.Diagnostics.HasErrors() {
			c.Stack = nil
		}
	}
	return c
}

// source is what findings name instead of the file of a cluster.
func (g *ground) source() profile.Source {
	return profile.Source("corner of " + g.vetted.Ref().String())
}

func nameOf(picks []pick) string {
	if len(picks) == 0 {
		return "baseline"
	}
	labels := make([]string, len(picks))
	for i, p := range picks {
		labels[i] = p.label
	}
	return strings.Join(labels, ", ")
}
