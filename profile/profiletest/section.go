package profiletest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Section is one view of a workspace as text, for comparing it with a file:
//
//	diagnostics  all findings
//	layers       the layers of each cluster in install order
//	inputs       the variables of each cluster
//	explain      "layer:path = value <- origin", with what an expression read and
//	             what lost, for each line "[cluster] layer:path" of the file
//	             explain; a layer alone stands for all that it has. A line without
//	             a cluster is about the only one, or the one called one
//	content      the files and patches of each layer
//	classes      the worker classes of each cluster
//	profiles     the profile and overlay versions of each cluster
//	chosen       the presets of each cluster
//	pools        the pools of each cluster
//	idle         what overlays say of things that a stack does not have
//
// Clusters come by key; those that do not resolve are left out. ok is false for
// any other name. The values of sensitive variables are not shown among inputs, but
// what was computed from them is where it is asked for.
func (w *Workspace) Section(name string) (text string, ok bool) {
	switch name {
	case "diagnostics":
		return w.Findings.Text(w.Files), true
	case "explain":
		return w.explained(), true
	}
	section, ok := sections[name]
	if !ok {
		return "", false
	}
	var b strings.Builder
	for key := range w.Clusters() {
		if stack, _ := w.Workspace.Resolve(key); stack != nil {
			section(&b, w, stack)
		}
	}
	return b.String(), true
}

// sections write what they show of one stack.
var sections = map[string]func(b *strings.Builder, w *Workspace, s *profile.Stack){
	"layers":   writeLayers,
	"inputs":   writeInputs,
	"content":  writeContents,
	"classes":  writeClasses,
	"profiles": writeProfiles,
	"chosen":   writeChosen,
	"pools":    writePools,
	"idle":     writeIdle,
}

func writeLayers(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	fmt.Fprintf(b, "%s\n", s.Key())
	for _, l := range s.Layers() {
		fmt.Fprintf(b, "  %s/%s %s (%s, %s)\n", l.Profile.Name, l.Name, l.Kind, l.Component, l.Owner)
	}
}

func writeInputs(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	fmt.Fprintf(b, "%s\n", s.Key())
	for _, in := range s.Inputs() {
		name := strings.TrimPrefix(in.Profile+"/"+in.Name, "/")
		shown := in.Value.String()
		if in.Sensitive {
			shown = notShown
		}
		fmt.Fprintf(b, "  %s = %s <- %s\n", name, shown, origin(in.Origin))
	}
}

func writeContents(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	fmt.Fprintf(b, "%s\n", s.Key())
	for _, l := range s.Layers() {
		writeContent(b, l)
	}
}

func writeContent(b *strings.Builder, l profile.StackLayer) {
	if l.Helm != nil {
		fmt.Fprintf(b, "  %s chart %s %s\n", l.Name, l.Helm.Chart, l.Helm.Version)
	}
	for _, f := range l.Manifests {
		fmt.Fprintf(b, "  %s file %s, %d bytes\n", l.Name, f.Name, len(f.Data))
		for _, o := range f.Objects() {
			fmt.Fprintf(b, "    %s\n", o)
		}
	}
	for _, p := range l.Patches {
		fmt.Fprintf(b, "  %s patch %s/%s/%s at %s\n    merge %s\n    json %s\n", l.Name, p.Target.Kind, p.Target.Namespace, p.Target.Name, p.Range, p.Merge, p.JSON)
	}
}

func writeClasses(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	fmt.Fprintf(b, "%s\n", s.Key())
	for _, c := range s.Capi().Classes {
		fmt.Fprintf(b, "  %s pool=%q\n    nodes %s\n    workers %s\n    class %s\n", c.Name, c.Pool, c.Nodes, c.Workers, c.Class)
	}
}

func writeProfiles(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	fmt.Fprintf(b, "%s %v overlays=%v held=%t\n", s.Key(), s.Profiles(), s.Overlays(), s.Held())
}

func writeChosen(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	fmt.Fprintf(b, "%s %v\n", s.Key(), s.Presets())
}

func writePools(b *strings.Builder, _ *Workspace, s *profile.Stack) {
	spec, _ := json.Marshal(s.Cluster().Spec.Pools)
	fmt.Fprintf(b, "%s %s\n", s.Key(), spec)
}

func writeIdle(b *strings.Builder, w *Workspace, s *profile.Stack) {
	for _, f := range s.OverlayFindings() {
		fmt.Fprintf(b, "%s %s\n%s\n", s.Key(), f.Overlay, f.Findings.Text(w.Files))
	}
}

// explained answers the lines of the file explain.
func (w *Workspace) explained() string {
	text, err := fs.ReadFile(w.Files, "explain")
	if err != nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		cluster := w.defaultCluster()
		if len(words) > 1 {
			cluster = words[0]
			b.WriteString(cluster + " ")
		}
		key, err := w.find(cluster)
		if err != nil {
			fmt.Fprintln(&b, err)
			continue
		}
		if stack, _ := w.Workspace.Resolve(key); stack == nil {
			fmt.Fprintf(&b, "no stack of %s\n", key)
		} else {
			writeExplained(&b, stack, words[len(words)-1])
		}
	}
	return b.String()
}

func (w *Workspace) defaultCluster() string {
	for key := range w.Clusters() {
		if w.Len() == 1 {
			return key.String()
		}
	}
	return "one"
}

func writeExplained(b *strings.Builder, stack *profile.Stack, address string) {
	name, text, one := strings.Cut(address, ":")
	layer, ok := stack.Layer(name)
	if !ok {
		fmt.Fprintf(b, "%s: no such layer\n", address)
		return
	}
	paths := stack.Paths(layer)
	if one {
		path, err := diag.ParsePath(text)
		if err != nil {
			fmt.Fprintf(b, "%s: %v\n", address, err)
			return
		}
		paths = []diag.Path{path}
	}
	for _, path := range paths {
		writeLeaf(b, stack, layer, name, path)
	}
}

func writeLeaf(b *strings.Builder, stack *profile.Stack, layer profile.StackLayer, name string, path diag.Path) {
	v, from, ok := stack.Find(layer, path)
	if !ok {
		fmt.Fprintf(b, "%s:%s is not there\n", name, path)
		return
	}
	fmt.Fprintf(b, "%s:%s = %s <- %s\n", name, path, v, origin(from))
	for _, cause := range from.Causes {
		fmt.Fprintf(b, "  reads %s\n", origin(cause))
	}
	for _, l := range stack.Lost(layer, path) {
		fmt.Fprintf(b, "  over %s <- %s\n", l.Value, origin(l.Origin))
	}
}

func origin(o diag.Origin) string {
	text := o.Kind.String() + " " + o.String()
	if o.Owner != "" {
		text += ", owner " + o.Owner
	}
	return text
}
