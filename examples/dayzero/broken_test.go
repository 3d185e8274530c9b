package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestBrokenWorkspaces holds what people see when their workspace is broken:
// every finding at once, with place, excerpt and hint, exit status 1, and
// nothing written.
func TestBrokenWorkspaces(t *testing.T) {
	dirs, err := filepath.Glob("testdata/broken/*")
	if err != nil || len(dirs) < 8 {
		t.Fatalf("found %d broken workspaces, want at least 8 (%v)", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			workspace := filepath.Join(dir, "workspace")
			status, out, _ := dayzero("validate", "--workspace", workspace)
			if status != 1 {
				t.Errorf("exit status %d, want 1", status)
			}
			golden(t, filepath.Join(dir, "want.txt"), out)
			jsonAgrees(t, workspace)
			nothingWritten(t, workspace)
		})
	}
}

// TestBrokenInputOfOneCluster: also a command about one cluster says what is wrong
// with the input, as findings in the format that was asked for.
func TestBrokenInputOfOneCluster(t *testing.T) {
	broken := func(file, old, text string) string {
		workspace := copyExample(t)
		file = filepath.Join(workspace, file)
		write(t, file, strings.Replace(read(t, file), old, text, 1))
		return workspace
	}
	unrendered := broken("library/mem-base/1.1.0/profile.yaml", "kind: ConfigMap, name: meshnet", "kind: ConfigMap, name: meshnot")
	unread := broken("fleet/local.yaml", "name: store-0076", "name: [store-0076")
	twice := broken("fleet/local.yaml", "name: store-0077", "name: store-0077\n  name: store-0077")
	live := filepath.Join(example, "../live/store-0001/all.yaml")
	for _, tc := range []struct {
		workspace, code string
		args            []string
	}{
		{unrendered, "render.patch-target", []string{"explain", "store-0077", "ConfigMap/meshnet"}},
		{unrendered, "render.patch-target", []string{"drift", "--cluster", "store-0077", "--live", live}},
		{unrendered, "render.patch-target", []string{"render", "--cluster", "store-0077"}},
		{unread, "source.syntax", []string{"explain", "store-0077"}},
		{unread, "source.syntax", []string{"drift", "--cluster", "store-0077", "--live", live}},
		{twice, "source.duplicate-key", []string{"drift", "--cluster", "store-0077", "--live", live}},
		{unread, "source.syntax", []string{"render", "--cluster", "store-0077"}},
		{unread, "source.syntax", []string{"path", "store-0077"}},
	} {
		args := append(tc.args, "--workspace", tc.workspace)
		if status, out, errs := dayzero(args...); status != 1 || out != "" || !strings.Contains(errs, "["+tc.code+"]\n  --> ") {
			t.Errorf("%v: exit status %d, %q, want 1 and %s\n%s", tc.args, status, out, tc.code, errs)
		}
		status, out, errs := dayzero(append(args, "--format", "json")...)
		var found diagnosticsResult
		if err := json.Unmarshal([]byte(out), &found); err != nil || status != 1 || len(found.Diagnostics) == 0 || found.Diagnostics[0].Code != tc.code {
			t.Errorf("%v: exit status %d, %v, want 1 and %s in JSON\n%s%s", tc.args, status, err, tc.code, out, errs)
		}
	}
}

// TestBrokenCluster: the mistake of a cluster stops no command that is about the
// library or another cluster, and a mistake in the library those that are about it.
func TestBrokenCluster(t *testing.T) {
	cluster, library := copyExample(t), copyExample(t)
	for file, edit := range map[string][2]string{
		filepath.Join(cluster, "fleet/local.yaml"):                    {"replicas: 1", "replicas: one"},
		filepath.Join(library, "library/mem-base/1.0.0/profile.yaml"): {"  owner: platform\n", "  owner: platform\n  ownr: platform\n"},
	} {
		text := strings.Replace(read(t, file), edit[0], edit[1], 1)
		if text == read(t, file) {
			t.Fatalf("%s has no %q", file, edit[0])
		}
		write(t, file, text)
	}
	for _, tc := range []struct {
		args                    []string
		ofCluster, ofLibrary    int
		tellsCluster, tellsLibs bool
	}{
		{[]string{"diff", "mem-base@1.1.0", "mem-base@1.2.0"}, 0, 1, false, true},
		{[]string{"vet", "mem-base@1.2.0"}, 0, 1, false, true},
		{[]string{"path", "store-0001"}, 0, 0, false, true},
		{[]string{"explain", "store-0001"}, 0, 0, false, false},
		{[]string{"schema"}, 0, 0, true, true},
	} {
		for _, side := range []struct {
			workspace, code string
			status          int
			tells           bool
		}{
			{cluster, "profile.type", tc.ofCluster, tc.tellsCluster},
			{library, "profile.unknown-field", tc.ofLibrary, tc.tellsLibs},
		} {
			status, out, errs := dayzero(append(tc.args, "--workspace", side.workspace)...)
			if status != side.status || (status == 0) != (out != "") || strings.Contains(errs, "["+side.code+"]") != side.tells {
				t.Errorf("%v with %s: exit status %d, want %d\n%.200s\n%s", tc.args, side.code, status, side.status, out, errs)
			}
		}
	}
}

// dayzero runs the tool and returns its exit status and what it printed.
func dayzero(args ...string) (status int, out, errors string) {
	var stdout, stderr bytes.Buffer
	status = run(context.Background(), args, streams{in: bytes.NewReader(nil), out: &stdout, errors: &stderr})
	return status, stdout.String(), stderr.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// jsonAgrees holds the JSON form to the same findings, in order.
func jsonAgrees(t *testing.T, workspace string) {
	t.Helper()
	status, out, _ := dayzero("validate", "--workspace", workspace, "--format", "json")
	var result struct {
		APIVersion  string
		Diagnostics []struct {
			Severity, Code, Summary string
			Range                   diag.Range
		}
		Summary struct{ Errors int }
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err)
	}
	if status != 1 || result.APIVersion != "dayzero.dev/validate/v1alpha1" || result.Summary.Errors == 0 {
		t.Errorf("JSON: status %d, apiVersion %s, %d errors", status, result.APIVersion, result.Summary.Errors)
	}
	for i, d := range result.Diagnostics {
		if d.Range.File == "" || d.Code == "" || d.Summary == "" {
			t.Errorf("diagnostic %d lacks file, code or summary: %+v", i, d)
		}
		if i > 0 && result.Diagnostics[i-1].Range.Compare(d.Range) > 0 {
			t.Errorf("diagnostics %d and %d are out of order", i-1, i)
		}
	}
}

func nothingWritten(t *testing.T, workspace string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "deep", "out")
	if status, _, _ := dayzero("render", "--workspace", workspace, "--out", out); status != 1 {
		t.Errorf("render: exit status %d, want 1", status)
	}
	if _, err := os.Stat(filepath.Dir(out)); err == nil {
		t.Errorf("render left something behind")
	}
}

// TestRenderingMistakesInOneRun: what is wrong with rendering is found although
// another cluster does not resolve.
func TestRenderingMistakesInOneRun(t *testing.T) {
	workspace := copyExample(t)
	for _, edit := range []struct{ file, old, text string }{
		{"library/mem-base/1.1.0/profile.yaml", "kind: ConfigMap, name: meshnet", "kind: ConfigMap, name: meshnot"},
		{"fleet/local.yaml", "name: store-0076", "name: store-0076\n  labls: {}"},
	} {
		file := filepath.Join(workspace, edit.file)
		text := strings.Replace(read(t, file), edit.old, edit.text, 1)
		if text == read(t, file) {
			t.Fatalf("%s has no %q", edit.file, edit.old)
		}
		write(t, file, text)
	}
	status, out, _ := dayzero("validate", "--workspace", workspace)
	for _, code := range []string{"[render.patch-target]", "[profile.unknown-field]"} {
		if status != 1 || !strings.Contains(out, code) {
			t.Errorf("exit status %d, %s is not in\n%s", status, code, out)
		}
	}
}
