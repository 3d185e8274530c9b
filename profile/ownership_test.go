package profile_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

const ownership = `apiVersion: dayzero.dev/v1alpha1
kind: Ownership
metadata: {name: ownership}
spec:
  owner: governance
  entitlements: [{owner: finance, layers: [cni], paths: [/values]}]
  grants: [{users: [ann], verbs: [publish], profiles: ["base*"]}]
`

func ownershipOf(t *testing.T, text string) *profile.Library {
	t.Helper()
	return load(t, overBase(t, fstest.MapFS{"library/ownership.yaml": {Data: []byte(text)}})).Library
}

// TestOwnershipOfTwoLibraries: the rules of the first library count, equal ones
// are no contradiction, and others are an error.
func TestOwnershipOfTwoLibraries(t *testing.T) {
	first, same := ownershipOf(t, ownership), ownershipOf(t, "# a comment\n"+ownership)
	other := ownershipOf(t, "apiVersion: dayzero.dev/v1alpha1\nkind: Ownership\nmetadata: {name: o}\nspec: {owner: edge}\n")
	none := load(t, overBase(t, nil)).Library
	for _, c := range []struct {
		reason    string
		libraries []*profile.Library
		owner     string
		errors    int
	}{
		{"one has rules", []*profile.Library{none, first}, "governance", 0},
		{"both have the same", []*profile.Library{first, same}, "governance", 0},
		{"they differ", []*profile.Library{other, first}, "edge", 1},
		{"none has rules", []*profile.Library{none, none}, "", 0},
	} {
		union, diags := profile.Union(c.libraries...)
		got, ok := union.Ownership()
		if got.Spec.Owner != c.owner || ok != (c.owner != "") || len(diags) != c.errors {
			t.Errorf("%s: owner %q, %v, findings:\n%s", c.reason, got.Spec.Owner, ok, diags.Text(nil))
		}
	}
}

// TestOwnershipFromElsewhere: a workspace has the rules of the library it builds
// on, and cannot bring other ones.
func TestOwnershipFromElsewhere(t *testing.T) {
	layout := profile.Layout{Library: ownershipOf(t, ownership)}
	fsys := overBase(t, fstest.MapFS{"library/base/1.0.0/profile.yaml": {Data: []byte("absent\n")}})
	ws, diags := profile.Load(fsys, layout)
	if o, ok := ws.Ownership(); !ok || o.Spec.Owner != "governance" || diags.HasErrors() {
		t.Errorf("got %v %v\n%s", o, ok, diags.Text(fsys))
	}
	fsys["library/ownership.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\nkind: Ownership\nmetadata: {name: o}\nspec: {owner: edge}\n")}
	ws, diags = profile.Load(fsys, layout)
	if o, _ := ws.Ownership(); o.Spec.Owner != "governance" || !diags.HasErrors() {
		t.Errorf("own rules replaced those of the library: %v\n%s", o.Spec.Owner, diags.Text(fsys))
	}
}

// TestUnreadableOwnershipAllowsNothing: a document that cannot be read, also in
// part, is not as if there were none.
func TestUnreadableOwnershipAllowsNothing(t *testing.T) {
	libraries := map[string]func() (*profile.Library, diag.Diagnostics){}
	for name, file := range map[string]*fstest.MapFile{
		"a text that is not YAML": {Data: []byte("kind: [")},
		"another kind":            {Data: []byte(strings.Replace(ownership, "Ownership", "Grants", 1))},
		"no grants for their tag": {Data: []byte(strings.Replace(ownership, "grants: ", "grants: !list ", 1))},
		"a symbolic link":         {Data: []byte("base/1.0.0/profile.yaml"), Mode: fs.ModeSymlink},
		"too large":               {Data: []byte(ownership + strings.Repeat("#", 3<<20))},
	} {
		fsys := overBase(t, fstest.MapFS{"library/ownership.yaml": file})
		libraries[name] = func() (*profile.Library, diag.Diagnostics) {
			ws, diags := profile.Load(fsys, profile.Layout{})
			return ws.Library, diags
		}
	}
	whole, _ := ownershipOf(t, ownership).Ownership()
	for name, o := range map[string]profile.Ownership{
		"built without a kind": {Spec: whole.Spec},
		"built with a mistake": {TypeMeta: whole.TypeMeta, Metadata: whole.Metadata, Spec: profile.OwnershipSpec{Owner: "governance", Entitlements: []profile.Entitlement{{}}}},
	} {
		libraries[name] = func() (*profile.Library, diag.Diagnostics) {
			return profile.NewLibrary(profile.Contents{Ownership: &o}, profile.Layout{})
		}
	}
	for name, library := range libraries {
		l, diags := library()
		nobody := func(g profile.Grant) bool { return len(g.Users)+len(g.Groups)+len(g.Verbs) == 0 }
		if o, ok := l.Ownership(); !ok || len(o.Spec.Grants) == 0 || !slices.ContainsFunc(o.Spec.Grants, nobody) || !diags.HasErrors() {
			t.Errorf("%s: got %v %v\n%s", name, o, ok, diags.Text(nil))
		}
	}
}

// TestOwnershipBuiltInGo: documents of files and of Go say the same.
func TestOwnershipBuiltInGo(t *testing.T) {
	want, _ := ownershipOf(t, ownership).Ownership()
	built, diags := profile.NewLibrary(profile.Contents{Ownership: &want}, profile.Layout{})
	got, ok := built.Ownership()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(profile.Grant{})); !ok || diags.HasErrors() || diff != "" {
		t.Errorf("%v %s\n(-want +got):\n%s", ok, diags.Text(nil), diff)
	}
	if want.Spec.Grants[0].Range().String() != "library/ownership.yaml:7:12" {
		t.Errorf("the grant is at %s", want.Spec.Grants[0].Range())
	}
}
