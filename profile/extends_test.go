package profile_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestReleaseOfProfilesThatExtendEachOther: a program may ask for a version
// whatever is wrong with it.
func TestReleaseOfProfilesThatExtendEachOther(t *testing.T) {
	files := fstest.MapFS{}
	for name, parent := range map[string]string{"a": "b", "b": "a", "self": "self", "outside": "a"} {
		files["library/"+name+"/1.0.0/profile.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"apiVersion: dayzero.dev/v1alpha1\nkind: Profile\nmetadata: {name: %s}\nspec: {version: 1.0.0, owner: t, kind: AddOn, extends: %s@1.0.0}\n", name, parent)}
	}
	ws, found := profile.Load(files, profile.Layout{})
	if !found.HasErrors() {
		t.Error("no findings")
	}
	for p := range ws.Profiles() {
		if r, ok := ws.Release(p.Ref()); !ok || !r.Broken() {
			t.Errorf("%s: found %t, broken %t", p.Ref(), ok, r.Broken())
		}
	}
}
