package diagnostics_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
	"github.com/dayzero-sdk/dayzero/profile/vet"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/capi"
	"github.com/dayzero-sdk/dayzero/render/manifests"
	"github.com/dayzero-sdk/dayzero/rollout"
	"github.com/dayzero-sdk/dayzero/rollout/members"
	"github.com/dayzero-sdk/dayzero/validate"
)

// baseFile is the workspace without findings that examples are laid over. A file
// that is only "absent" takes one of it away.
const baseFile = "../../validate/testdata/base.txtar"

// options are the lines "name: text" in front of the files of an example.
type options struct {
	validate validate.Options
	layout   profile.Layout
	// link is a symbolic link and where it leads.
	link [2]string
	// target is what a rollout shall bring the clusters to.
	target []profile.Ref
}

func optionsOf(comment string) (options, error) {
	var o options
	var err error
	for line := range strings.Lines(comment) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "now":
			o.validate.Now, err = time.Parse(time.RFC3339, text)
		case "limit":
			o.layout.MaxDocument, err = strconv.ParseInt(text, 10, 64)
		case "link":
			from, to, _ := strings.Cut(text, " ")
			o.link = [2]string{from, to}
		case "target":
			var ref profile.Ref
			ref, err = profile.ParseRef(text)
			o.target = append(o.target, ref)
		case "":
		default:
			err = fmt.Errorf("unknown option %q", name)
		}
		if err != nil {
			return o, fmt.Errorf("reading %q: %w", line, err)
		}
	}
	return o, nil
}

// raise does with the workspace of an example what users do, and gives all
// findings.
func raise(archive *txtar.Archive) (fs.FS, diag.Diagnostics, error) {
	o, err := optionsOf(string(archive.Comment))
	if err != nil {
		return nil, nil, err
	}
	want, have := sides(archive.Files)
	fsys, err := overBase(want)
	if err != nil {
		return nil, nil, err
	}
	if len(have) > 0 {
		before, err := overBase(slices.Concat(want, have))
		if err != nil {
			return nil, nil, err
		}
		o.validate.Against, _ = profile.Load(before, o.layout)
	}
	if o.link[0] != "" {
		fsys[o.link[0]] = &fstest.MapFile{Data: []byte(o.link[1]), Mode: fs.ModeSymlink}
	}
	ws, loaded := profile.Load(fsys, o.layout)
	o.validate.Loaded = loaded
	found := validate.Workspace(ws, o.validate)
	found = append(found, rendered(ws)...)
	found = append(found, planned(ws, o.target)...)
	found = append(found, published(ws)...)
	found = append(found, upgraded(ws)...)
	if !loaded.HasErrors() {
		found = append(found, vetted(ws)...)
	}
	return fsys, append(found, compared(fsys)...), nil
}

// sides are the files of the workspace, and those in which the one before it
// differs, which are below have/.
func sides(files []txtar.File) (want, have []txtar.File) {
	for _, f := range files {
		if name, ok := strings.CutPrefix(f.Name, "have/"); ok {
			have = append(have, txtar.File{Name: name, Data: f.Data})
		} else {
			want = append(want, f)
		}
	}
	return want, have
}

func overBase(files []txtar.File) (fstest.MapFS, error) {
	base, err := txtar.ParseFile(baseFile)
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, f := range append(base.Files, files...) {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
		if string(f.Data) == "absent\n" {
			delete(out, f.Name)
		}
	}
	return out, nil
}

func renderer() *render.Renderer {
	return render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
}

func rendered(ws *profile.Workspace) diag.Diagnostics {
	var out diag.Diagnostics
	r := renderer()
	for key := range ws.Clusters() {
		stack, found := ws.Resolve(key)
		if stack == nil {
			out = append(out, found...)
			continue
		}
		_, err := r.Bundle(context.Background(), stack)
		var input *render.InputError
		if errors.As(err, &input) {
			out = append(out, input.Diagnostics...)
		}
	}
	return out
}

// vetted are the findings that only vetting profiles gives.
func vetted(ws *profile.Workspace) diag.Diagnostics {
	var out diag.Diagnostics
	for _, ref := range vet.Releases(ws) {
		for _, f := range vet.Profile(ws, ref, vet.Options{}).Findings {
			if strings.HasPrefix(f.Diagnostic.Code, "vet.") {
				out = append(out, f.Diagnostic)
			}
		}
	}
	return out
}

// planned compiles every strategy, for the change to the targets or else for one
// that moves every cluster.
func planned(ws *profile.Workspace, targets []profile.Ref) diag.Diagnostics {
	var out diag.Diagnostics
	fleet := []rollout.Member{}
	for key := range ws.Clusters() {
		c, _ := ws.Cluster(key)
		fleet = append(fleet, rollout.Member{Key: key, Labels: c.Metadata.Labels, Hops: []rollout.Hop{{From: "a", To: "b"}}})
	}
	if len(targets) > 0 {
		want, found := members.Target(ws, targets...)
		out = append(out, found...)
		if !found.HasErrors() {
			_, found, _ = members.Between(context.Background(), renderer(), ws, want)
			out = append(out, found...)
		}
	}
	for _, s := range ws.Strategies() {
		_, found := rollout.Compile(fleet, s, rollout.Options{At: placeOf(ws, s)})
		out = append(out, found...)
	}
	return out
}

func placeOf(ws *profile.Workspace, s profile.Strategy) func(diag.Path) diag.Range {
	for d := range ws.Documents() {
		if d.Name == "strategy "+s.Metadata.Name {
			return d.At
		}
	}
	return nil
}

// published compares each version of a profile with the one before it.
func published(ws *profile.Workspace) diag.Diagnostics {
	var out diag.Diagnostics
	var before profile.Release
	for p := range ws.Profiles() {
		r, _ := ws.Release(p.Ref())
		if r.Ref().Name == before.Ref().Name {
			out = append(out, upgrade.Diff(before, r).Diagnostics()...)
		}
		before = r
	}
	return out
}

// upgraded takes every cluster from where the lock has it to the latest
// versions of its profiles.
func upgraded(ws *profile.Workspace) diag.Diagnostics {
	var out diag.Diagnostics
	for key := range ws.Clusters() {
		from, _ := ws.Resolve(key)
		to, _ := ws.ResolveAt(key)
		if from == nil || to == nil {
			continue
		}
		_, found := upgrade.Path(ws, from, to, upgrade.Options{})
		merged := upgrade.Merge3(releases(ws, from), releases(ws, to), from.Cluster().Spec.Overrides, upgrade.MergeOptions{})
		out = append(append(out, found...), merged.Diagnostics()...)
	}
	return out
}

func releases(ws *profile.Workspace, of *profile.Stack) []profile.Release {
	var out []profile.Release
	for _, ref := range of.Profiles() {
		if r, ok := ws.Release(ref); ok {
			out = append(out, r)
		}
	}
	return out
}

// compared reads the dumps of live clusters in live/.
func compared(fsys fs.FS) diag.Diagnostics {
	var out diag.Diagnostics
	dumps, _ := fs.Glob(fsys, "live/*.yaml")
	for _, file := range dumps {
		data, _ := fs.ReadFile(fsys, file)
		objects, found := render.Objects(file, data)
		_, coverage := drift.NewLive(objects)
		out = append(append(out, found...), coverage...)
	}
	return out
}

func only(found diag.Diagnostics, code string) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range found {
		if d.Code == code {
			out = append(out, d)
		}
	}
	return out
}

// unprinted are findings that no file of a workspace gives, or only files that are
// too long to print or cannot be read.
var unprinted = map[string]func() diag.Diagnostics{
	"profile.no-cluster": func() diag.Diagnostics {
		ws, _ := profile.Load(fstest.MapFS{}, profile.Layout{})
		_, found := ws.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "a"})
		return found
	},
	"profile.extends-depth": func() diag.Diagnostics {
		files := fstest.MapFS{}
		for i := range 34 {
			extends := fmt.Sprintf(", extends: base-%02d@1.0.0", i+1)
			if i == 33 {
				extends = ""
			}
			files[fmt.Sprintf("library/base-%02d/1.0.0/profile.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
				"apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: base-%02d}\nspec: {version: 1.0.0, owner: platform, kind: AddOn%s}\n", i, extends)}
		}
		_, found := profile.Load(files, profile.Layout{})
		return only(found, "profile.extends-depth")
	},
	"profile.too-large": func() diag.Diagnostics {
		var values strings.Builder
		for i := range 20 {
			fmt.Fprintf(&values, "  - {name: l%02d, kind: AddOn, component: {none: x}, values: {text: {$file: large.txt}}}\n", i)
		}
		_, found := profile.Load(fstest.MapFS{
			"library/base/1.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: base}\nspec:\n  version: 1.0.0\n  owner: platform\n  kind: AddOn\n  layers:\n" + values.String())},
			"library/base/1.0.0/large.txt":    {Data: []byte(strings.Repeat("a", 1<<20))},
		}, profile.Layout{})
		return only(found, "profile.too-large")
	},
	"rollout.bad-member": func() diag.Diagnostics {
		_, found := rollout.Compile([]rollout.Member{{Key: profile.Key{Name: "a"}}}, profile.Strategy{Spec: profile.StrategySpec{Stages: []profile.Stage{{Name: "all", Rest: true}}}}, rollout.Options{})
		return only(found, "rollout.bad-member")
	},
	"rollout.bad-soak": func() diag.Diagnostics {
		_, found := rollout.Compile(nil, profile.Strategy{Spec: profile.StrategySpec{Stages: []profile.Stage{{Name: "all", Rest: true, Soak: metav1.Duration{Duration: -time.Hour}}}}}, rollout.Options{})
		return only(found, "rollout.bad-soak")
	},
	"source.too-long": func() diag.Diagnostics {
		list := "a: [" + strings.Repeat("1,", 10_001) + "]\n"
		_, found := profile.Load(fstest.MapFS{"hubs/eu-1.yaml": {Data: []byte(list)}}, profile.Layout{})
		return only(found, "source.too-long")
	},
	"source.too-wide": func() diag.Diagnostics {
		line := "a: [" + strings.Repeat("[],", 100_000) + "]\n"
		_, found := profile.Load(fstest.MapFS{"hubs/eu-1.yaml": {Data: []byte(line)}}, profile.Layout{})
		return only(found, "source.too-wide")
	},
	"source.more": func() diag.Diagnostics {
		list := strings.Repeat("- !a b\n", 2000)
		_, found := profile.Load(fstest.MapFS{"hubs/eu-1.yaml": {Data: []byte(list)}}, profile.Layout{})
		return only(found, "source.more")
	},
	"source.read": func() diag.Diagnostics {
		_, found := profile.Load(unreadable{fstest.MapFS{"hubs/eu-1.yaml": {}}}, profile.Layout{})
		return only(found, "source.read")
	},
	"upgrade.too-large": refusedOneByOne,
}

// refusedOneByOne asks for a path of a program that refuses every stack on the
// way, without a place by which others could be refused together.
func refusedOneByOne() diag.Diagnostics {
	const addon = "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: %s}\nspec: {version: 1.0.%d, owner: apps, kind: AddOn, layers: [{name: %[1]s, kind: AddOn, component: {none: x}}]}\n"
	const base = "apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: base}\nspec: {version: 1.%d.0, owner: platform, kind: Infrastructure, layers: [{name: os, kind: OS, component: {none: x}}, {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.%[1]d.0}}, {name: cni, kind: Network, component: {none: x}}, {name: csi, kind: Storage, component: {none: x}}]}\n"
	files := fstest.MapFS{
		"hubs/eu-1.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Hub\nmetadata: {name: eu-1}\nspec: {clusterAPI: {version: 1.14.2}}\n")},
		"fleet/a.yaml":   {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: a}\nspec: {profiles: [base, one, two]}\n")},
	}
	for version := range 15 {
		for _, name := range []string{"one", "two"} {
			files[fmt.Sprintf("library/%s/1.0.%d/profile.yaml", name, version)] = &fstest.MapFile{Data: fmt.Appendf(nil, addon, name, version)}
		}
	}
	for minor := 33; minor <= 35; minor++ {
		files[fmt.Sprintf("library/base/1.%d.0/profile.yaml", minor)] = &fstest.MapFile{Data: fmt.Appendf(nil, base, minor)}
	}
	ws, _ := profile.Load(files, profile.Layout{})
	key := profile.Key{Hub: "eu-1", Namespace: "default", Name: "a"}
	from, _ := ws.ResolveAt(key, profile.Ref{Name: "base", Version: "1.33.0"}, profile.Ref{Name: "one", Version: "1.0.0"}, profile.Ref{Name: "two", Version: "1.0.0"})
	to, _ := ws.ResolveAt(key)
	_, found := upgrade.Path(ws, from, to, upgrade.Options{Legal: func(s *profile.Stack) diag.Diagnostics {
		if s.Digest() == to.Digest() {
			return nil
		}
		return diag.Diagnostics{diag.Errorf("example.refused", diag.Range{}, "refused")}
	}})
	return found
}

// unreadable is a file system whose files cannot be opened.
type unreadable struct{ fstest.MapFS }

func (u unreadable) Open(name string) (fs.File, error) {
	if f, ok := u.MapFS[name]; ok && f.Mode.IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.Open(name)
}
