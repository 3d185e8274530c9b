package upgrade_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/profile/upgrade"
)

// lines are the hops of a route for reading.
func lines(r upgrade.Route) []string {
	var out []string
	for _, h := range r.Hops() {
		var moves []string
		for _, m := range h.Moves {
			moves = append(moves, m.String())
		}
		out = append(out, strings.Join(moves, ", "))
	}
	return out
}

const minors = `
base@1.0.0 kubernetes=1.33.1
base@1.1.0 kubernetes=1.34.1
base@1.1.1 kubernetes=1.34.4
base@1.2.0 kubernetes=1.35.0
base@1.3.0 kubernetes=1.36.0
`

func TestPath(t *testing.T) {
	for _, c := range []struct {
		name, library, from, to string
		options                 upgrade.Options
		want                    []string
	}{
		{name: "nothing to do", library: minors, from: "base@1.0.0", to: "base@1.0.0"},
		{name: "one minor version at a time, by the highest version of each", library: minors, from: "base@1.0.0", to: "base@1.3.0",
			want: []string{"base 1.0.0 -> 1.1.1", "base 1.1.1 -> 1.2.0", "base 1.2.0 -> 1.3.0"}},
		{name: "an add-on that does not care moves with the first hop", library: minors + "addon@1.0.0\naddon@2.0.0", from: "base@1.0.0 addon@1.0.0", to: "base@1.2.0 addon@2.0.0",
			want: []string{"base 1.0.0 -> 1.1.1, addon 1.0.0 -> 2.0.0", "base 1.1.1 -> 1.2.0"}},
		{name: "an add-on that must move before", library: minors + "addon@1.0.0 kubernetes<1.35\naddon@2.0.0 kubernetes>=1.34", from: "base@1.1.1 addon@1.0.0", to: "base@1.2.0 addon@2.0.0",
			want: []string{"addon 1.0.0 -> 2.0.0", "base 1.1.1 -> 1.2.0"}},
		{name: "the same, when only the stacks are judged", library: minors + "addon@1.0.0 kubernetes<1.35\naddon@2.0.0 kubernetes>=1.34", from: "base@1.1.1 addon@1.0.0", to: "base@1.2.0 addon@2.0.0",
			options: upgrade.Options{Together: true}, want: []string{"base 1.1.1 -> 1.2.0, addon 1.0.0 -> 2.0.0"}},
		{name: "an add-on that must move after", library: minors + "addon@1.0.0\naddon@2.0.0 kubernetes>=1.35", from: "base@1.1.1 addon@1.0.0", to: "base@1.2.0 addon@2.0.0",
			want: []string{"base 1.1.1 -> 1.2.0", "addon 1.0.0 -> 2.0.0"}},
		{name: "an add-on between two hops of Kubernetes", library: minors + "addon@1.0.0 kubernetes<1.35\naddon@1.5.0 kubernetes>=1.34<1.36\naddon@2.0.0 kubernetes>=1.35", from: "base@1.0.0 addon@1.0.0", to: "base@1.3.0 addon@2.0.0",
			want: []string{"base 1.0.0 -> 1.1.1", "addon 1.0.0 -> 1.5.0", "base 1.1.1 -> 1.2.0", "addon 1.5.0 -> 2.0.0", "base 1.2.0 -> 1.3.0"}},
		{name: "add-ons that wait for each other move together", library: minors + "store@1.0.0 store=1.0.0\nstore@2.0.0 store=2.0.0\napp@1.0.0 store<2.0.0\napp@2.0.0 store>=2.0.0",
			from: "base@1.0.0 store@1.0.0 app@1.0.0", to: "base@1.0.0 store@2.0.0 app@2.0.0", want: []string{"store 1.0.0 -> 2.0.0, app 1.0.0 -> 2.0.0"}},
		{name: "a capability that is gone too early", library: minors + "store@1.0.0 provides:disk\nstore@2.0.0 kubernetes>=1.34\napp@1.0.0 requires:disk\napp@2.0.0 kubernetes>=1.35",
			from: "base@1.0.0 store@1.0.0 app@1.0.0", to: "base@1.3.0 store@2.0.0 app@2.0.0",
			want: []string{"base 1.0.0 -> 1.1.1", "base 1.1.1 -> 1.2.0", "base 1.2.0 -> 1.3.0, store 1.0.0 -> 2.0.0, app 1.0.0 -> 2.0.0"}},
		{name: "no -dev version on the way", library: minors + "base@1.2.1-dev kubernetes=1.35.9", from: "base@1.1.1", to: "base@1.3.0",
			want: []string{"base 1.1.1 -> 1.2.0", "base 1.2.0 -> 1.3.0"}},
		{name: "an older add-on on purpose", library: minors + "addon@1.0.0\naddon@2.0.0", from: "base@1.0.0 addon@2.0.0", to: "base@1.1.0 addon@1.0.0",
			options: upgrade.Options{Older: true}, want: []string{"base 1.0.0 -> 1.1.0, addon 2.0.0 -> 1.0.0"}},
		{name: "kubelets that lag are brought up first", library: minors, from: "base@1.1.0", to: "base@1.2.0",
			options: upgrade.Options{Kubelet: version("1.31.9")}, want: []string{"base 1.1.0 -> 1.1.1", "base 1.1.1 -> 1.2.0"}},
		{name: "vendor builds", library: "base@1.0.0 kubernetes=1.34.2+k3s1\nbase@1.1.0 kubernetes=1.34.2+k3s2\nbase@1.2.0 kubernetes=1.35.0+k3s1", from: "base@1.0.0", to: "base@1.2.0",
			want: []string{"base 1.0.0 -> 1.2.0"}},
		{name: "add-ons that conflict move in turn", library: minors + "store@1.0.0 store=1.0.0\nstore@2.0.0 store=2.0.0 kubernetes>=1.34\napp@1.0.0 conflicts:store>=2.0.0 kubernetes<1.35\napp@2.0.0 kubernetes>=1.34", from: "base@1.0.0 store@1.0.0 app@1.0.0", to: "base@1.2.0 store@2.0.0 app@2.0.0",
			want: []string{"base 1.0.0 -> 1.1.1", "store 1.0.0 -> 2.0.0, app 1.0.0 -> 2.0.0", "base 1.1.1 -> 1.2.0"}},
		{name: "versions are numbers", library: "base@1.9.0 kubernetes=1.34.0\nbase@1.10.0 kubernetes=1.35.0\nbase@1.11.0 kubernetes=1.36.0", from: "base@1.9.0", to: "base@1.11.0",
			want: []string{"base 1.9.0 -> 1.10.0", "base 1.10.0 -> 1.11.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ws := load(t, files(c.library))
			route, diags := upgrade.Path(ws, at(t, ws, c.from), at(t, ws, c.to), c.options)
			if len(diags) > 0 {
				t.Error(diags.Text(nil))
			}
			if diff := cmp.Diff(c.want, lines(route)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoPath(t *testing.T) {
	for _, c := range []struct {
		name, library, from, to string
		options                 upgrade.Options
		want                    string
	}{
		{name: "a gap", library: "base@1.0.0 kubernetes=1.33.1\nbase@1.2.0 kubernetes=1.35.0\nbase@1.3.0 kubernetes=1.36.0", from: "base@1.0.0", to: "base@1.3.0"},
		{name: "a gap wider than kubelets bridge", library: "base@1.0.0 kubernetes=1.30.0\nbase@1.1.0 kubernetes=1.35.0", from: "base@1.0.0", to: "base@1.1.0"},
		{name: "a gap of billions", library: "base@1.0.0 kubernetes=1.33.1\nbase@1.1.0 kubernetes=1.35.0\nbase@1.2.0 kubernetes=1.4000000000.0", from: "base@1.0.0", to: "base@1.2.0"},
		{name: "Kubernetes back by a patch version", library: "base@1.0.0 kubernetes=1.34.4\nbase@1.1.0 kubernetes=1.34.1", from: "base@1.0.0", to: "base@1.1.0"},
		{name: "Kubernetes back although older is allowed", library: minors, from: "base@1.2.0", to: "base@1.1.0", options: upgrade.Options{Older: true}},
		{name: "an older add-on", library: minors + "addon@1.0.0\naddon@2.0.0", from: "base@1.0.0 addon@2.0.0", to: "base@1.1.0 addon@1.0.0"},
		{name: "no version accepts both", library: minors + "addon@1.0.0 kubernetes<1.35\naddon@2.0.0 kubernetes>=1.35", from: "base@1.1.1 addon@1.0.0", to: "base@1.2.0 addon@2.0.0"},
		{name: "two add-ons in the way", library: minors + "a@1.0.0 kubernetes<1.34\na@2.0.0 kubernetes>=1.35\nb@1.0.0 kubernetes<1.35\nb@2.0.0 kubernetes>=1.36", from: "base@1.0.0 a@1.0.0 b@1.0.0", to: "base@1.3.0 a@2.0.0 b@2.0.0"},
		{name: "a kubelet that lags", library: minors, from: "base@1.1.1", to: "base@1.2.0", options: upgrade.Options{Kubelet: version("1.31.9")}},
		{name: "a capability that nothing brings in between", library: minors + "store@1.0.0 provides:disk kubernetes<1.35\nstore@1.5.0 kubernetes>=1.34\nstore@2.0.0 kubernetes>=1.36 provides:disk\napp@1.0.0 requires:disk\nguard@1.0.0 kubernetes<1.36\nguard@2.0.0 kubernetes>=1.35\n", from: "base@1.1.1 store@1.0.0 app@1.0.0 guard@1.0.0", to: "base@1.3.0 store@2.0.0 app@1.0.0 guard@2.0.0"},
		{name: "add-ons that conflict on the way", library: minors + "store@1.0.0 store=1.0.0 kubernetes<1.35\nstore@2.0.0 store=2.0.0 kubernetes>=1.34 provides:disk\napp@1.0.0 conflicts:disk kubernetes<1.36\napp@2.0.0 kubernetes>=1.35", from: "base@1.1.1 store@1.0.0 app@1.0.0", to: "base@1.3.0 store@2.0.0 app@2.0.0"},
		{name: "an add-on that conflicts with Kubernetes", library: minors + "app@1.0.0 conflicts:kubernetes>=1.35\napp@2.0.0 conflicts:kubernetes<1.35", from: "base@1.1.1 app@1.0.0", to: "base@1.2.0 app@2.0.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := files(c.library)
			ws := load(t, tree)
			route, diags := upgrade.Path(ws, at(t, ws, c.from), at(t, ws, c.to), c.options)
			if len(route.Stacks()) > 0 || !diags.HasErrors() {
				t.Errorf("a route of %v", lines(route))
			}
			golden(t, c.name, diags.Text(tree))
		})
	}
}

func version(text string) profile.Version {
	v, err := profile.ParseVersion(text)
	if err != nil {
		panic(err)
	}
	return v
}

// TestLegal takes the way around what the caller refuses, and says so when there
// is none.
func TestLegal(t *testing.T) {
	ws := load(t, files(minors+"addon@1.0.0\naddon@1.1.0\naddon@2.0.0"))
	from, to := at(t, ws, "base@1.0.0 addon@1.0.0"), at(t, ws, "base@1.2.0 addon@2.0.0")
	refuse := func(without ...string) upgrade.Options {
		return upgrade.Options{Legal: func(s *profile.Stack) diag.Diagnostics {
			for _, each := range without {
				for i, ref := range s.Profiles() {
					if ref.String() == each {
						return diag.Diagnostics{diag.Errorf("test.refused", s.Layers()[0].Origin.Range, "%s is refused", each).
							WithRelated(layerOf(s, i).Range, "here")}
					}
				}
			}
			return nil
		}}
	}
	for _, c := range []struct {
		name    string
		without []string
		want    []string
	}{
		{"another version of the base", []string{"base@1.1.1"}, []string{"base 1.0.0 -> 1.1.0, addon 1.0.0 -> 2.0.0", "base 1.1.0 -> 1.2.0"}},
	} {
		route, diags := upgrade.Path(ws, from, to, refuse(c.without...))
		if diff := cmp.Diff(c.want, lines(route)); diff != "" || len(diags) > 0 {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, diags, diff)
		}
	}
	_, diags := upgrade.Path(ws, from, to, refuse("base@1.1.1", "base@1.1.0"))
	golden(t, "refused", diags.Text(nil))
	_, diags = upgrade.Path(ws, from, to, refuse("base@1.2.0"))
	golden(t, "refused target", diags.Text(nil))
}

// layerOf is the place of the first layer of profile i.
func layerOf(s *profile.Stack, i int) diag.Origin {
	for _, l := range s.Layers() {
		if l.Profile == s.Profiles()[i] {
			return l.Origin
		}
	}
	return diag.Origin{}
}

// TestDisabledLayer: a layer that the cluster takes out requires nothing.
func TestDisabledLayer(t *testing.T) {
	tree := files(minors + "addon@1.0.0 kubernetes<1.35\naddon@2.0.0 kubernetes>=1.36")
	tree["fleet/c.yaml"].Data = append(tree["fleet/c.yaml"].Data, []byte("  overrides: [{layer: addon, enabled: false, reason: r, owner: o}]\n")...)
	ws := load(t, tree)
	route, diags := upgrade.Path(ws, at(t, ws, "base@1.1.1 addon@1.0.0"), at(t, ws, "base@1.2.0 addon@2.0.0"), upgrade.Options{})
	if diff := cmp.Diff([]string{"base 1.1.1 -> 1.2.0, addon 1.0.0 -> 2.0.0"}, lines(route)); diff != "" || len(diags) > 0 {
		t.Errorf("%v (-want +got):\n%s", diags.Text(nil), diff)
	}
}

// TestAddedAndRemoved: a profile that comes is there from the first hop on, one
// that goes is gone from then on.
func TestAddedAndRemoved(t *testing.T) {
	tree := files(minors + "old@1.0.0 kubernetes<1.35\nfresh@1.0.0 kubernetes<1.35\nfresh@2.0.0 kubernetes>=1.35")
	tree["fleet/c.yaml"] = cluster("base", "old")
	have := load(t, tree)
	from := at(t, have, "base@1.1.1 old@1.0.0")
	tree["fleet/c.yaml"] = cluster("base", "fresh")
	want := load(t, tree)
	route, diags := upgrade.Path(want, from, at(t, want, "base@1.3.0 fresh@2.0.0"), upgrade.Options{})
	if diff := cmp.Diff([]string{"base 1.1.1 -> 1.2.0, fresh@2.0.0 added, old@1.0.0 removed", "base 1.2.0 -> 1.3.0"}, lines(route)); diff != "" || len(diags) > 0 {
		t.Errorf("%v (-want +got):\n%s", diags.Text(nil), diff)
	}
}

// TestHeld: a profile whose version the cluster names passes through no other.
func TestHeld(t *testing.T) {
	tree := files(minors)
	tree["fleet/c.yaml"] = cluster("base@1.0.0")
	have := load(t, tree)
	from := at(t, have, "")
	tree["fleet/c.yaml"] = cluster("base@1.3.0")
	want := load(t, tree)
	route, diags := upgrade.Path(want, from, at(t, want, ""), upgrade.Options{})
	if len(route.Hops()) > 0 || !strings.Contains(diags.Text(nil), "names the version of base itself") {
		t.Errorf("%v %s", lines(route), diags.Text(nil))
	}
}
