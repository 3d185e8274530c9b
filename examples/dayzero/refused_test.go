package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Content of an engine that this build lacks is worth knowing, and wrong only
// when it is to be rendered.
func TestNoEngine(t *testing.T) {
	workspace := copyExample(t)
	if err := os.MkdirAll(filepath.Join(workspace, "library/store-helm/1.0.0"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(workspace, "library/store-helm/1.0.0/profile.yaml"), `apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: store-helm}
spec:
  version: 1.0.0
  owner: platform
  kind: AddOn
  layers:
    - name: web
      kind: AddOn
      component: {name: web, version: 1.2.3}
      content: {helm: {chart: "oci://registry.corp/web", version: 1.2.3, namespace: web}}
`)
	fleet := filepath.Join(workspace, "fleet/eu-west.yaml")
	write(t, fleet, strings.Replace(read(t, fleet), "[mem-base, pod-security, observability]", "[mem-base, pod-security, observability, store-helm]", 1))
	status, out, _ := dayzero("validate", "--workspace", workspace)
	if status != 0 || !strings.Contains(out, "[validate.no-engine]") || strings.Contains(out, "[render.no-engine]") {
		t.Errorf("validate: exit status %d\n%s", status, out)
	}
	if status, _, errs := dayzero("render", "--workspace", workspace); status != 1 || !strings.Contains(errs, "[render.no-engine]") {
		t.Errorf("render: exit status %d\n%s", status, errs)
	}
}

// A file cannot write lines of its own into what explain says.
func TestExplainShowsWhatATerminalWouldDo(t *testing.T) {
	workspace := copyExample(t)
	file := filepath.Join(workspace, "library/observability/2.1.0/profile.yaml")
	write(t, file, strings.Replace(read(t, file), "        logLevel: info", "        logLevel: info\n"+`        "two\nlines": "\u202Eback\u009B"`, 1))
	status, out, errs := dayzero("explain", "--workspace", workspace, "store-0001", "metrics")
	if want := `/values/two\nlines = "\u202eback\u009b"` + "\n"; status != 0 || !strings.Contains(out, want) {
		t.Errorf("exit status %d, want %q in\n%q%s", status, want, out, errs)
	}
}

// What only schemas and rules find stops the commands that make or write
// something, as it is found by validate.
func TestInvalidDocumentsAreRefused(t *testing.T) {
	for _, tc := range []struct {
		name, file, from, to, want string
		publishes                  bool
	}{
		{"a zone that is none", "fleet/eu-west.yaml", "Europe/Dublin", "Nowhere/Land", "there is no time zone", true},
		{"values that are no mapping", "library/mem-base/1.1.0/profile.yaml", "kind: OS\n", "kind: OS\n      values: [1, 2]\n", "values must be a mapping", false},
		{"a component without version", "library/observability/2.1.0/profile.yaml", "version: 0.86.1", "version: null", "a component has a name and a version", false},
	} {
		workspace := copyExample(t)
		file := filepath.Join(workspace, tc.file)
		text := read(t, file)
		changed := strings.Replace(text, tc.from, tc.to, 1)
		if changed == text {
			t.Fatalf("%s: %s has no %q", tc.name, tc.file, tc.from)
		}
		write(t, file, changed)
		if status, found, _ := dayzero("validate", "--workspace", workspace); status != 1 || !strings.Contains(found, tc.want) {
			t.Fatalf("%s: validate: exit status %d\n%s", tc.name, status, found)
		}
		lock := read(t, filepath.Join(workspace, "fleet.lock"))
		for _, args := range [][]string{
			{"render", "--workspace", workspace},
			{"lock", "--workspace", workspace, "--at", "mem-base@1.2.0"},
			{"plan", "--workspace", workspace, "--target", "mem-base@1.2.0"},
			{"approvals", "--workspace", workspace, "--against", example},
			{"publish", "--workspace", workspace},
		} {
			status, out, errs := dayzero(args...)
			if args[0] == "publish" && tc.publishes {
				if status != 0 {
					t.Errorf("%s: publish: exit status %d\n%s", tc.name, status, errs)
				}
				continue
			}
			if status != 1 || out != "" || !strings.Contains(errs, tc.want) {
				t.Errorf("%s: %s: exit status %d, %d bytes written, and not %q but\n%s", tc.name, args[0], status, len(out), tc.want, errs)
			}
		}
		if lock != read(t, filepath.Join(workspace, "fleet.lock")) {
			t.Errorf("%s: the lock was written", tc.name)
		}
		if _, err := os.Stat(filepath.Join(workspace, "library.sum")); (err == nil) != tc.publishes {
			t.Errorf("%s: library.sum: %v", tc.name, err)
		}
	}
}

// What only rendering finds refuses a lock and a list of approvals, too: a rule
// about rendered objects must not be passed by a command that renders none.
func TestRenderedRulesRefuse(t *testing.T) {
	workspace, before := copyExample(t), copyExample(t)
	file := filepath.Join(workspace, "fleet/eu-west.yaml")
	write(t, file, strings.Replace(read(t, file), "controlPlane: {replicas: 3}", "controlPlane: {replicas: 2}", 1))
	for _, args := range [][]string{{"validate"}, {"lock"}, {"approvals", "--against", before}} {
		status, out, errs := dayzero(append(args, "--workspace", workspace)...)
		if status != 1 || !strings.Contains(out+errs, "[capi.even-control-plane]") {
			t.Errorf("%s: exit status %d\n%s%s", args[0], status, out, errs)
		}
	}
}
