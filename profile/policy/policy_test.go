package policy_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/policy"
)

func load(t testing.TB, fsys fstest.MapFS) *profile.Workspace {
	t.Helper()
	w, diags := profile.Load(fsys, profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags.Text(fsys))
	}
	return w
}

func lines(changes []policy.Change) []string {
	var out []string
	for _, c := range changes {
		text := string(c.Verb) + ": " + c.String()
		if c.Gone {
			text += " (gone)"
		}
		out = append(out, text)
	}
	return out
}

// TestVersionWithoutParent: a version whose digest nobody knows, because what it
// extends is missing, cannot change unseen.
func TestVersionWithoutParent(t *testing.T) {
	side := func(owner string) *profile.Workspace {
		w, _ := profile.Load(fstest.MapFS{"library/child/1.0.0/profile.yaml": {Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: child}\nspec: {version: 1.0.0, owner: " + owner + ", kind: AddOn, extends: nobody@1.0.0}\n")}}, profile.Layout{})
		return w
	}
	if diff := cmp.Diff([]string{"publish: publish child@1.0.0"}, lines(policy.Changes(side("a"), side("b")))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestChanges: every part of a workspace that can change is a change of a verb.
func TestChanges(t *testing.T) {
	base := workspace()
	base["fleet/a.yaml"] = &fstest.MapFile{Data: []byte(cluster("a", "edge", `  pools: {workers: [{name: p, replicas: 1, variables: {x: 1}}]}
  variables: {region: eu}
  overrides: [{layer: cni, values: {mtu: 1400, deep: {a: [1], b: 2}}, reason: r, owner: o}]
`))}
	base["library.sum"] = &fstest.MapFile{}
	base["strategies/s.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Strategy\nmetadata: {name: s}\nspec: {stages: [{name: all, rest: true}]}\n")}
	base["policies/a.cue"] = &fstest.MapFile{Data: []byte("policies: {}\n")}
	const waiver = "{policy: policy.size, reason: r, owner: o, expires: 2030-01-01}"
	base["library/waiving/1.0.0/profile.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: waiving}\nspec: {version: 1.0.0, owner: o, kind: AddOn, waivers: [" + waiver + "]}\n")}
	base["library/overlays/site/1.0.0/overlay.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Overlay\nmetadata: {name: site}\nspec: {version: 1.0.0, owner: o, order: 1, selector: {}, waivers: []}\n")}
	have, _ := profile.Load(base, profile.Layout{})
	waiving, site := string(base["library/waiving/1.0.0/profile.yaml"].Data), string(base["library/overlays/site/1.0.0/overlay.yaml"].Data)
	profileText, a := string(base["library/base/1.0.0/profile.yaml"].Data), string(base["fleet/a.yaml"].Data)
	for _, c := range []struct {
		reason, file, text string
		want               []string
	}{
		{"nothing", "fleet/a.yaml", "# a comment\n" + a, nil},
		{"a new cluster", "fleet/b.yaml", cluster("b", "core", "  variables: {region: us}\n"), []string{"create: create cluster eu-1/fleet/b from profile base", "set: set variable region of cluster eu-1/fleet/b"}},
		{"a new cluster that names no profile", "fleet/b.yaml", strings.Replace(cluster("b", "core", ""), "[base]", "[]", 1), []string{"create: create cluster eu-1/fleet/b from no profile"}},
		{"a cluster less", "fleet/a.yaml", "", []string{"remove: remove cluster eu-1/fleet/a (gone)"}},
		{"labels", "fleet/a.yaml", strings.Replace(a, "tier: edge", "tier: core", 1), []string{"change: change cluster eu-1/fleet/a"}},
		{"replicas", "fleet/a.yaml", strings.Replace(a, "replicas: 1", "replicas: 2", 1), []string{"change: change cluster eu-1/fleet/a"}},
		{"a variable", "fleet/a.yaml", strings.Replace(a, "region: eu", "region: us", 1), []string{"set: set variable region of cluster eu-1/fleet/a"}},
		{"a variable less", "fleet/a.yaml", strings.Replace(a, "{region: eu}", "{}", 1), []string{"set: set variable region of cluster eu-1/fleet/a"}},
		{"a variable of a pool", "fleet/a.yaml", strings.Replace(a, "x: 1", "x: 2", 1), []string{"set: set variable x of cluster eu-1/fleet/a"}},
		{"another version", "fleet/a.yaml", strings.Replace(a, "[base]", "[base@1.0.0]", 1), []string{"create: make cluster eu-1/fleet/a one of profile base"}},
		{"another profile", "fleet/a.yaml", strings.Replace(a, "[base]", "[other]", 1), []string{"change: change cluster eu-1/fleet/a", "create: make cluster eu-1/fleet/a one of profile other"}},
		{"a leaf of an override", "fleet/a.yaml", strings.Replace(a, "b: 2", "b: 3", 1), []string{"override: override /values/deep/b of layer base/cni for cluster eu-1/fleet/a"}},
		{"a list of an override", "fleet/a.yaml", strings.Replace(a, "[1]", "[2]", 1), []string{"override: override /values/deep/a of layer base/cni for cluster eu-1/fleet/a"}},
		{"a parent that is replaced", "fleet/a.yaml", strings.Replace(a, "deep: {a: [1], b: 2}", "deep: null", 1), []string{
			"override: override /values/deep of layer base/cni for cluster eu-1/fleet/a",
			"override: override /values/deep/a of layer base/cni for cluster eu-1/fleet/a (gone)",
			"override: override /values/deep/b of layer base/cni for cluster eu-1/fleet/a (gone)",
		}},
		{"the owner of an override", "fleet/a.yaml", strings.Replace(a, "owner: o", "owner: p", 1), []string{
			"override: override /values/deep/a of layer base/cni for cluster eu-1/fleet/a",
			"override: override /values/deep/b of layer base/cni for cluster eu-1/fleet/a",
			"override: override /values/mtu of layer base/cni for cluster eu-1/fleet/a",
		}},
		{"a version", "library/base/1.1.0/profile.yaml", strings.Replace(profileText, "1.0.0", "1.1.0", 1), []string{"publish: publish base@1.1.0"}},
		{"other content of a version", "library/base/1.0.0/profile.yaml", strings.Replace(profileText, "1450", "1451", 1), []string{"publish: publish base@1.0.0"}},
		{"a waiver of a version", "library/base/1.0.0/profile.yaml", strings.Replace(profileText, "version: 1.0.0", "version: 1.0.0\n  waivers: ["+waiver+"]", 1), []string{"publish: publish base@1.0.0", "waive: waive policy.size in profile base@1.0.0"}},
		{"a waiver of an overlay", "library/overlays/site/1.1.0/overlay.yaml", strings.NewReplacer("1.0.0", "1.1.0", "[]", "["+waiver+"]").Replace(site), []string{"publish: publish site@1.1.0", "waive: waive policy.size in overlay site@1.1.0"}},
		{"a waiver that the version before has", "library/waiving/1.1.0/profile.yaml", strings.Replace(waiving, "1.0.0", "1.1.0", 1), []string{"publish: publish waiving@1.1.0"}},
		{"a waiver that only a later version has", "library/waiving/0.9.0/profile.yaml", strings.Replace(waiving, "1.0.0", "0.9.0", 1), []string{"publish: publish waiving@0.9.0", "waive: waive policy.size in profile waiving@0.9.0"}},
		{"a waiver that lasts longer", "library/waiving/1.1.0/profile.yaml", strings.NewReplacer("1.0.0", "1.1.0", "2030", "2031").Replace(waiving), []string{"publish: publish waiving@1.1.0", "waive: waive policy.size in profile waiving@1.1.0"}},
		{"a waiver less", "library/waiving/1.0.0/profile.yaml", strings.Replace(waiving, waiver, "", 1), []string{"publish: publish waiving@1.0.0"}},
		{"a line of library.sum", "library.sum", "base@1.0.0 " + have.Digest(profile.Ref{Name: "base", Version: "1.0.0"}) + "\n", []string{"publish: publish base@1.0.0"}},
		{"a hub", "hubs/eu-1.yaml", strings.Replace(string(base["hubs/eu-1.yaml"].Data), "1.14.2", "1.14.3", 1), []string{"configure: configure hub eu-1"}},
		{"a strategy less", "strategies/s.yaml", "", []string{"configure: configure strategy s (gone)"}},
		{"the rules", "library/ownership.yaml", strings.Replace(string(base["library/ownership.yaml"].Data), "base*", "bas*", 1), []string{"configure: configure ownership ownership"}},
		{"a policy", "policies/a.cue", "policies: {a: {}}\n", []string{"configure: configure policies/a.cue"}},
		{"a policy more", "policies/b.cue", "policies: {}\n", []string{"configure: configure policies/b.cue"}},
		{"a policy less", "policies/a.cue", "absent", []string{"configure: configure policies/a.cue (gone)"}},
		{"the lock", "fleet.lock", "eu-1/fleet/a base@1.0.0 sha256:" + strings.Repeat("0", 64) + "\n", nil},
	} {
		head := maps.Clone(base)
		head[c.file] = &fstest.MapFile{Data: []byte(c.text)}
		if c.text == "absent" {
			delete(head, c.file)
		}
		want, _ := profile.Load(head, profile.Layout{})
		got := lines(policy.Changes(have, want))
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

// TestOrderOfOverrides: which of several overrides comes last is a change of what
// both say, however they address the layer, and however deep they reach.
func TestOrderOfOverrides(t *testing.T) {
	at := func(overrides ...string) *profile.Workspace {
		for i, text := range overrides {
			overrides[i] = "{" + text + ", reason: r, owner: o}"
		}
		return load(t, with("fleet/a.yaml", cluster("a", "edge", "  overrides: ["+strings.Join(overrides, ", ")+"]\n")))
	}
	const one, two, other = "layer: cni, values: {mtu: 1}", "layer: base/cni, values: {mtu: 2}", "layer: cni, values: {mode: x}"
	const none, deep = "layer: base/cni, values: {deep: null}", "layer: cni, values: {deep: {a: 1}}"
	for _, c := range []struct {
		reason     string
		have, want *profile.Workspace
		paths      []string
	}{
		{"the winner", at(one, two), at(two, one), []string{"/values/mtu"}},
		{"what is above", at(none, deep), at(deep, none), []string{"/values/deep/a"}},
		{"apart", at(one, other), at(other, one), nil},
		{"the address", at("layer: cni, values: {mtu: 1}"), at("layer: base/cni, values: {mtu: 1}"), nil},
	} {
		var got []string
		for _, change := range policy.Changes(c.have, c.want) {
			got = append(got, change.Path)
		}
		if diff := cmp.Diff(c.paths, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

// TestWithoutGrants: without grants everything is allowed, and the reason says so;
// a document whose grants cannot be read allows nothing.
func TestWithoutGrants(t *testing.T) {
	change := policy.Change{Verb: profile.ConfigureVerb, Document: "hub eu-1"}
	free := workspace()
	delete(free, "library/ownership.yaml")
	if d := policy.Of(load(t, free).Library).Decide(policy.Actor{Name: "ann"}, change); !d.Allowed || !strings.Contains(d.Reason, "everybody may do everything") {
		t.Errorf("without a document: %+v", d)
	}
	for _, text := range []string{"grants: 1", "grants: [{users: [ann], verbs: 1}]", "grants: [", "grunts: []"} {
		broken, _ := profile.Load(with("library/ownership.yaml", "apiVersion: dayzero.dev/v1alpha1\nkind: Ownership\nmetadata: {name: o}\nspec:\n  owner: g\n  "+text+"\n"), profile.Layout{})
		if d := policy.Of(broken.Library).Decide(policy.Actor{Name: "ann"}, change); d.Allowed {
			t.Errorf("%s: %+v", text, d)
		}
	}
}

// TestRelabelling: nobody reaches a cluster by changing its labels.
func TestRelabelling(t *testing.T) {
	rules := policy.Of(load(t, workspace()).Library)
	edge, core := map[string]string{"tier": "edge"}, map[string]string{"tier": "core"}
	for _, c := range []struct {
		before, after map[string]string
		want          bool
	}{{edge, edge, true}, {core, edge, false}, {edge, core, false}, {nil, edge, true}, {edge, nil, true}, {nil, nil, false}} {
		d := rules.Decide(policy.Actor{Groups: []string{"store-ops"}}, policy.Change{Verb: profile.SetVerb, Variable: "region", Before: c.before, After: c.after})
		if d.Allowed != c.want {
			t.Errorf("%v to %v: %+v", c.before, c.after, d)
		}
	}
}

// TestDecideAgainstDefinition draws grants and changes, and decides them by the
// sentence: some grant is for the actor, has the verb, and each of its limits that
// is about the verb has the value.
func TestDecideAgainstDefinition(t *testing.T) {
	names := []string{"a", "b", "p/a", "p/b"}
	some := func(rt *rapid.T, label string, from []string) []string {
		if rapid.Bool().Draw(rt, label+" is limited") {
			return rapid.SliceOfN(rapid.SampledFrom(from), 1, 2).Draw(rt, label)
		}
		return nil
	}
	verbs := []profile.Verb{profile.CreateVerb, profile.ChangeVerb, profile.RemoveVerb, profile.SetVerb, profile.OverrideVerb, profile.WaiveVerb, profile.PublishVerb, profile.ConfigureVerb}
	patterns := append([]string{"*", "p/*", "a*"}, names...)
	rapid.Check(t, func(rt *rapid.T) {
		var grants []profile.Grant
		for range rapid.IntRange(1, 4).Draw(rt, "grants") {
			g := profile.Grant{
				Users: some(rt, "users", []string{"ann", "bob", "*"}), Groups: some(rt, "groups", []string{"x", "y"}),
				Verbs:    rapid.SliceOfN(rapid.SampledFrom(verbs), 1, 3).Draw(rt, "verbs"),
				Profiles: some(rt, "profiles", patterns), Variables: some(rt, "variables", patterns), Layers: some(rt, "layers", patterns),
				Policies: some(rt, "policies", patterns), Paths: some(rt, "paths", []string{"/values", "/values/a", "/capi"}),
			}
			if rapid.Bool().Draw(rt, "selector") {
				g.Clusters = &metav1.LabelSelector{MatchLabels: map[string]string{"t": rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "label")}}
			}
			grants = append(grants, g)
		}
		library, _ := profile.NewLibrary(profile.Contents{Ownership: &profile.Ownership{
			TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Ownership"}, Metadata: profile.ObjectMeta{Name: "o"},
			Spec: profile.OwnershipSpec{Owner: "g", Grants: grants},
		}}, profile.Layout{})
		actor := policy.Actor{Name: rapid.SampledFrom([]string{"ann", "carl"}).Draw(rt, "actor"), Groups: some(rt, "of", []string{"x", "y"})}
		c := policy.Change{
			Verb: rapid.SampledFrom(verbs).Draw(rt, "verb"), After: map[string]string{"t": rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "is")},
			Profile: rapid.SampledFrom(names).Draw(rt, "profile"), Variable: rapid.SampledFrom(names).Draw(rt, "variable"),
			Layer: rapid.SampledFrom(names).Draw(rt, "layer"), Policy: rapid.SampledFrom(names).Draw(rt, "policy"),
			Path: rapid.SampledFrom([]string{"/values/a", "/values/ab", "/values/a/b", "/capi/a", "/enabled"}).Draw(rt, "path"),
		}
		want := slices.ContainsFunc(grants, func(g profile.Grant) bool { return defined(g, actor, c) })
		if got := policy.Of(library).Decide(actor, c); got.Allowed != want {
			rt.Errorf("%+v\n%+v\ngot %+v", grants, c, got)
		}
	})
}

// defined is the definition, in so many words.
func defined(g profile.Grant, a policy.Actor, c policy.Change) bool {
	who := false
	for _, u := range g.Users {
		who = who || u == "*" || u == a.Name
	}
	for _, group := range a.Groups {
		who = who || slices.Contains(g.Groups, group)
	}
	one := func(patterns []string, name string) bool {
		ok := patterns == nil
		for _, p := range patterns {
			_, bare, _ := strings.Cut("/"+name, "/")
			if i := strings.Index(name, "/"); i >= 0 {
				bare = name[i+1:]
			}
			switch p {
			case "*":
				ok = true
			case "p/*":
				ok = ok || strings.HasPrefix(name, "p/")
			case "a*":
				ok = ok || strings.HasPrefix(bare, "a")
			default:
				ok = ok || p == name || p == bare
			}
		}
		return ok
	}
	cluster := g.Clusters == nil || g.Clusters.MatchLabels["t"] == c.After["t"]
	below := g.Paths == nil
	for _, p := range g.Paths {
		below = below || c.Path == p || strings.HasPrefix(c.Path, p+"/")
	}
	limits := map[profile.Verb]bool{
		profile.CreateVerb: cluster && one(g.Profiles, c.Profile), profile.ChangeVerb: cluster, profile.RemoveVerb: cluster,
		profile.SetVerb: cluster && one(g.Variables, c.Variable), profile.OverrideVerb: cluster && one(g.Layers, c.Layer) && below,
		profile.WaiveVerb: cluster && one(g.Policies, c.Policy), profile.PublishVerb: one(g.Profiles, c.Profile), profile.ConfigureVerb: true,
	}
	return who && slices.Contains(g.Verbs, c.Verb) && limits[c.Verb]
}
