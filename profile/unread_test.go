package profile_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
)

// TestMisspeltDirectories: a directory with almost the name of one that is read
// is a slip where that one is not there; other directories, and files, are not.
func TestMisspeltDirectories(t *testing.T) {
	fsys := fstest.MapFS{}
	for _, file := range []string{
		"librray/base/1.0.0/profile.yaml", "Fleet/a.yaml", "policys/a.cue", "policies/README.md",
		"hub", "docs/a.yaml", "src/strategies/a.yaml", ".fleet/a.yaml", "binary/a.yaml", "[/a.yaml",
	} {
		fsys[file] = &fstest.MapFile{Data: []byte("apiVersion: dayzero.dev/v1alpha1\n")}
	}
	fsys["jobs/a.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: batch/v1\n")}
	_, diags := profile.Load(fsys, profile.Layout{})
	want := "warning: nobody reads this directory [profile.unread]\n  --> Fleet\n  hint: did you mean fleet?\n\n" +
		"warning: nobody reads this directory [profile.unread]\n  --> librray\n  hint: did you mean library?\n"
	if diff := cmp.Diff(want, diags.Text(nil)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
