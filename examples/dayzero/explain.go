package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

type explainCommand struct {
	workspaceFlags
	Cluster string   `help:"The cluster, [hub/]namespace/name; may also be the first argument." placeholder:"KEY"`
	What    []string `arg:"" optional:"" help:"[CLUSTER] LAYER:PATH for a value of the stack, or [CLUSTER] KIND/NAME PATH for a value of an object."`
}

// Help is what --help adds.
func (explainCommand) Help() string {
	return `Examples:
  dayzero explain fleet/store-0001                             what the cluster is made of
  dayzero explain fleet/store-0001 cni                         every value of a layer
  dayzero explain fleet/store-0001 cni:/values/mtu             one value, and who wrote it
  dayzero explain fleet/store-0001 Deployment/collector /spec/replicas`
}

// explainResult is the JSON form: one entry for each value that the path leads
// to.
type explainResult struct {
	APIVersion string           `json:"apiVersion"`
	Cluster    string           `json:"cluster"`
	Layer      string           `json:"layer,omitempty"`
	Object     string           `json:"object,omitempty"`
	Values     []explainedValue `json:"values"`
	Stack      *explainedStack  `json:"stack,omitempty"`
}

type explainedValue struct {
	Path   string      `json:"path"`
	Value  any         `json:"value"`
	Origin diag.Origin `json:"origin"`
	// Lost are the values that this one was put over, the latest first.
	Lost []lostValue `json:"lost,omitempty"`
}

type lostValue struct {
	Value  any         `json:"value"`
	Origin diag.Origin `json:"origin"`
}

type explainedStack struct {
	Digest     string           `json:"digest"`
	Kubernetes string           `json:"kubernetes"`
	Profiles   []profile.Ref    `json:"profiles"`
	Overlays   []profile.Ref    `json:"overlays,omitempty"`
	Presets    []string         `json:"presets,omitempty"`
	Layers     []explainedLayer `json:"layers"`
	Variables  []explainedValue `json:"variables"`
}

type explainedLayer struct {
	Name      string            `json:"name"`
	Profile   profile.Ref       `json:"profile"`
	Kind      profile.LayerKind `json:"kind"`
	Component string            `json:"component"`
	Owner     string            `json:"owner"`
	Origin    diag.Origin       `json:"origin"`
}

// Run explains a cluster, a layer, or one value.
func (c explainCommand) Run(ctx context.Context, s streams) error {
	ws, err := c.open()
	if err != nil {
		return err
	}
	cluster, what := c.Cluster, c.What
	if cluster == "" && len(what) > 0 {
		cluster, what = what[0], what[1:]
	}
	if cluster == "" || len(what) > 2 {
		return errors.New("explain takes CLUSTER, then nothing, LAYER, LAYER:PATH, or KIND/NAME PATH")
	}
	stack, err := ws.stack(s, c.formatFlag, "explain", cluster)
	if err != nil {
		return err
	}
	result := explainResult{APIVersion: apiVersion("explain"), Cluster: stack.Key().String(), Values: []explainedValue{}}
	switch {
	case len(what) == 0:
		result.Stack = describe(stack)
	case strings.Contains(beforeColon(what[0]), "/") && stackLayer(stack, what[0]) == nil:
		err = result.object(ctx, stack, what)
	default:
		err = result.layer(stack, what[0])
	}
	var input *render.InputError
	if errors.As(err, &input) {
		return refuse(s, c.formatFlag, "explain", input.Diagnostics, ws.fsys)
	}
	if err != nil {
		return err
	}
	if c.json() {
		return printJSON(s.out, result)
	}
	fmt.Fprint(s.out, result.text())
	return nil
}

func beforeColon(s string) string {
	before, _, _ := strings.Cut(s, ":/")
	return before
}

func stackLayer(stack *profile.Stack, address string) *profile.StackLayer {
	l, ok := stack.Layer(beforeColon(address))
	if !ok {
		return nil
	}
	return &l
}

func describe(stack *profile.Stack) *explainedStack {
	version, _ := stack.KubernetesVersion()
	out := &explainedStack{Digest: stack.Digest(), Kubernetes: version, Profiles: stack.Profiles(), Overlays: stack.Overlays(), Variables: []explainedValue{}}
	for _, p := range stack.Presets() {
		out.Presets = append(out.Presets, p.Profile.Name+"/"+p.Group+": "+p.Name)
	}
	for _, l := range stack.Layers() {
		out.Layers = append(out.Layers, explainedLayer{Name: l.Name, Profile: l.Profile, Kind: l.Kind, Component: l.Component.String(), Owner: l.Owner, Origin: l.Origin})
	}
	for _, in := range stack.Inputs() {
		name := in.Name
		if in.Profile != "" {
			name = in.Profile + "/" + name
		}
		if in.Pool != "" {
			name = "pools/" + in.Pool + "/" + name
		}
		out.Variables = append(out.Variables, explainedValue{Path: name, Value: shown(in.Value, in.Origin), Origin: in.Origin})
	}
	return out
}

// layer explains the values of a layer at and below a path.
func (r *explainResult) layer(stack *profile.Stack, what string) error {
	address, pathText, given := strings.Cut(what, ":")
	l, ok := stack.Layer(address)
	if !ok {
		var known []string
		for _, each := range stack.Layers() {
			known = append(known, each.Name, render.LayerID(each))
		}
		return unknown("layer", address, known)
	}
	top, err := diag.ParsePath(pathText)
	if err != nil {
		return err
	}
	if !given {
		top = diag.Fields("values")
	}
	r.Layer = render.LayerID(l)
	paths := stack.Paths(l)
	for _, p := range paths {
		if p.Under(top) {
			v, origin, _ := stack.Find(l, p)
			r.Values = append(r.Values, explainedValue{Path: p.String(), Value: shown(v, origin), Origin: origin, Lost: lost(stack, l, p)})
		}
	}
	if len(r.Values) == 0 && given {
		if v, origin, ok := stack.Find(l, top); ok { // by index, or as a JSON Pointer
			r.Values = append(r.Values, explainedValue{Path: top.String(), Value: shown(v, origin), Origin: origin, Lost: lost(stack, l, top)})
			return nil
		}
		return unknown("path", pathText, texts(paths))
	}
	return nil
}

// shown is a value for screens.
func shown(v profile.Value, origin diag.Origin) any {
	if origin.Sensitive {
		return "(sensitive)"
	}
	return v.Any()
}

func lost(stack *profile.Stack, l profile.StackLayer, path diag.Path) []lostValue {
	var out []lostValue
	for _, v := range stack.Lost(l, path) {
		out = append(out, lostValue{Value: shown(v.Value, v.Origin), Origin: v.Origin})
	}
	return out
}

func texts(paths []diag.Path) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = p.String()
	}
	return out
}

func unknown(what, name string, known []string) error {
	message := fmt.Sprintf("there is no %s %q", what, name)
	if near, ok := diag.Nearest(name, known); ok {
		message += fmt.Sprintf("; did you mean %q?", near)
	} else if len(known) > 0 && len(known) <= 24 {
		message += "; known are " + strings.Join(slices.Compact(slices.Sorted(slices.Values(known))), ", ")
	}
	return errors.New(message)
}

// object explains a value of a rendered object.
func (r *explainResult) object(ctx context.Context, stack *profile.Stack, what []string) error {
	bundle, err := newRenderer().Bundle(ctx, stack)
	if err != nil {
		return err
	}
	kind, name, _ := strings.Cut(what[0], "/")
	var known []string
	for item := range bundle.All() {
		k := item.Key()
		known = append(known, k.Kind+"/"+k.Name)
		if !strings.EqualFold(k.Kind, kind) || k.Name != name && k.Namespace+"/"+k.Name != name {
			continue
		}
		r.Object = k.String()
		return r.objectValue(item.Object, what[1:])
	}
	return unknown("object", what[0], known)
}

func (r *explainResult) objectValue(o render.Object, what []string) error {
	var top diag.Path
	if len(what) == 1 {
		var err error
		if top, err = diag.ParsePath(what[0]); err != nil {
			return err
		}
	}
	var known []string
	for p, leaf := range o.Leaves() {
		known = append(known, p.String())
		if p.Under(top) {
			r.Values = append(r.Values, explainedValue{Path: p.String(), Value: shown(leaf, o.Origin(p)), Origin: o.Origin(p)})
		}
	}
	if len(r.Values) > 0 {
		return nil
	}
	if v, ok := o.Find(top); ok {
		r.Values = append(r.Values, explainedValue{Path: top.String(), Value: shown(v, o.Origin(top)), Origin: o.Origin(top)})
		return nil
	}
	return unknown("path", what[0], known)
}

func (r explainResult) text() string {
	var b strings.Builder
	if r.Stack != nil {
		fmt.Fprintf(&b, "%s\n  kubernetes %s\n  stack      %s\n", r.Cluster, r.Stack.Kubernetes, r.Stack.Digest)
		for _, p := range r.Stack.Presets {
			fmt.Fprintf(&b, "  preset     %s\n", p)
		}
		for _, o := range r.Stack.Overlays {
			fmt.Fprintf(&b, "  overlay    %s\n", o)
		}
		fmt.Fprintln(&b, "layers, in the order of installation:")
		for _, l := range r.Stack.Layers {
			fmt.Fprintf(&b, "  %-20s %-14s %-28s owner %s, %s\n", l.Name, l.Kind, l.Component, l.Owner, l.Origin.Range)
		}
		fmt.Fprintln(&b, "variables:")
		for _, v := range r.Stack.Variables {
			fmt.Fprintf(&b, "  %s = %s\n      %s\n", visible(v.Path), compact(v.Value), v.Origin)
		}
		return b.String()
	}
	for _, v := range r.Values {
		fmt.Fprintf(&b, "%s = %s\n    from  %s\n", visible(v.Path), compact(v.Value), describeOrigin(v.Origin))
		for _, cause := range v.Origin.Causes {
			fmt.Fprintf(&b, "    reads %s\n", describeOrigin(cause))
		}
		for _, l := range v.Lost {
			fmt.Fprintf(&b, "    over  %s from %s\n", compact(l.Value), describeOrigin(l.Origin))
		}
	}
	return b.String()
}

func describeOrigin(o diag.Origin) string {
	text := o.Kind.String() + " " + o.String()
	if o.Owner != "" {
		text += ", owner " + o.Owner
	}
	return text
}

func compact(v any) string {
	value, err := profile.ValueOf(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if s, ok := v.(string); ok && strings.Count(s, "\n") > 1 {
		first, _, _ := strings.Cut(s, "\n")
		return fmt.Sprintf("%q and %d more lines", first, strings.Count(s, "\n"))
	}
	return visible(value.String())
}

// visible spells out the characters of a key or value that a terminal does not
// show as such: line ends, controls, and marks that turn the text around.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
