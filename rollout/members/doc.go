// Package members makes the members that package rollout plans for, out of two
// workspaces: what the fleet has and what it is meant to have.
//
// It stands above render and rollout, so that the planner knows of neither. A
// member is a cluster whose stack digest differs between the two; its hops are the
// path that package upgrade finds through the profile versions in between, and
// the impact of each hop is what rendering both ends shows.
//
//	want, diags := members.Target(have, profile.Ref{Name: "mem-base", Version: "1.2.0"})
//	fleet, diags := members.Between(ctx, renderer, have, want)
//	plan, diags := rollout.Compile(fleet, strategy, rollout.Options{})
package members
