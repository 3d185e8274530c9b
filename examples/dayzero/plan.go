package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/rollout"
	"github.com/dayzero-sdk/dayzero/rollout/members"
)

type planCommand struct {
	workspaceFlags
	nowFlag
	Strategy string   `help:"Strategy to use; not needed when there is one." placeholder:"NAME"`
	Target   []string `help:"Version that every follower of a profile is meant to reach (repeatable)." placeholder:"NAME@VERSION"`
}

type planResult struct {
	APIVersion  string            `json:"apiVersion"`
	Plan        rollout.Plan      `json:"plan"`
	Forecast    *rollout.Timeline `json:"forecast,omitempty"`
	Diagnostics diag.Diagnostics  `json:"diagnostics"`
}

// typical is how long hops usually take, by what they do to a cluster. It is a
// rule of thumb for a first forecast; measure your own fleet for a better one.
var typical = map[profile.Impact]time.Duration{
	profile.NoImpact: time.Minute,
	profile.InPlace:  5 * time.Minute,
	profile.Restart:  10 * time.Minute,
	profile.NodeRoll: 45 * time.Minute,
}

// Run compiles the rollout from what the lock says now to the targets; without
// targets, to what the documents say now.
func (c planCommand) Run(ctx context.Context, s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	if found := ws.refused(); len(found) > 0 {
		return refuse(s, c.formatFlag, "plan", found, ws.fsys)
	}
	strategy, err := c.strategy(ws)
	if err != nil {
		return err
	}
	targets, err := parseTargets(c.Target)
	if err != nil {
		return err
	}
	want, diags := members.Target(ws.Workspace, targets...)
	if diags.HasErrors() {
		return refuse(s, c.formatFlag, "plan", diags, ws.fsys)
	}
	fleet, diags, err := members.Between(ctx, newRenderer(), ws.Workspace, want)
	if err != nil {
		return err
	}
	plan, found := rollout.Compile(fleet, strategy, rollout.Options{At: ws.strategyPlaces(strategy.Metadata.Name)})
	if diags = append(diags, found...); diags.HasErrors() {
		return refuse(s, c.formatFlag, "plan", diags, ws.fsys)
	}
	return c.print(s, ws, plan, diags.Sorted())
}

func (c planCommand) print(s streams, ws opened, plan rollout.Plan, diags diag.Diagnostics) error {
	var forecast *rollout.Timeline
	if !c.Now.IsZero() {
		t := rollout.Forecast(plan, rollout.ByImpact(typical), c.Now.Time)
		forecast = &t
	}
	if c.json() {
		if diags == nil {
			diags = diag.Diagnostics{}
		}
		return printJSON(s.out, planResult{APIVersion: apiVersion("plan"), Plan: plan, Forecast: forecast, Diagnostics: diags})
	}
	fmt.Fprint(s.out, diags.Text(ws.fsys), plan.Text())
	if forecast == nil {
		fmt.Fprintln(s.out, "for a forecast add --now with the time of the start")
		return nil
	}
	fmt.Fprint(s.out, *forecast)
	return nil
}

// strategy is the one that is named, or the only one.
func (c planCommand) strategy(ws opened) (profile.Strategy, error) {
	all := ws.Strategies()
	if c.Strategy == "" && len(all) == 1 {
		return all[0], nil
	}
	var names []string
	for _, st := range all {
		names = append(names, st.Metadata.Name)
	}
	if len(all) == 0 {
		return profile.Strategy{}, errors.New("the workspace has no strategy; write one into strategies/")
	}
	if c.Strategy == "" {
		return profile.Strategy{}, fmt.Errorf("the workspace has %d strategies; choose one with --strategy: %s", len(all), strings.Join(names, ", "))
	}
	st, ok := ws.Strategy(c.Strategy)
	if !ok {
		return profile.Strategy{}, unknown("strategy", c.Strategy, names)
	}
	return st, nil
}

// strategyPlaces finds the places of a strategy's document.
func (o opened) strategyPlaces(name string) func(diag.Path) diag.Range {
	for d := range o.Documents() {
		if d.Kind == "Strategy" && d.Name == "strategy "+name {
			return d.At
		}
	}
	return nil
}
