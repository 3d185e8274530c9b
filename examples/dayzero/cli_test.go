package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile/vet"
)

const example = "../quickstart/workspace"

// copyExample copies the example workspace, so that a test may change it.
func copyExample(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExitStatus(t *testing.T) {
	for _, tc := range []struct {
		reason string
		args   []string
		want   int
	}{
		{"a workspace without errors", []string{"validate", "--workspace", example}, 0},
		{"a broken workspace", []string{"validate", "--workspace", "testdata/broken/unknown-field/workspace"}, 1},
		{"help", []string{"--help"}, 0},
		{"no command", nil, 2},
		{"an unknown command", []string{"validat"}, 2},
		{"an unknown flag", []string{"validate", "--worksapce", example}, 2},
		{"an unknown format", []string{"validate", "--workspace", example, "--format", "yaml"}, 2},
		{"a directory that is not there", []string{"validate", "--workspace", "testdata/nowhere"}, 2},
		{"a time that is none", []string{"validate", "--workspace", example, "--now", "yesterday"}, 2},
		{"a date", []string{"validate", "--workspace", example, "--now", "2026-12-01"}, 0},
		{"an unknown cluster", []string{"explain", "--workspace", example, "fleet/store-9999"}, 2},
		{"a target without version", []string{"plan", "--workspace", example, "--target", "mem-base"}, 2},
		{"a target that is not there", []string{"plan", "--workspace", example, "--target", "mem-base@9.9.9"}, 1},
		{"an unknown strategy", []string{"plan", "--workspace", example, "--strategy", "standart"}, 2},
		{"drift without desired", []string{"drift", "--live", "testdata/drift/live"}, 2},
		{"a live file that is not there", []string{"drift", "--desired", "testdata/drift/desired", "--live", "testdata/nowhere.yaml"}, 2},
		{"drift", []string{"drift", "--desired", "testdata/drift/desired", "--live", "testdata/drift/live"}, 1},
		{"no drift", []string{"drift", "--desired", "testdata/drift/desired", "--live", "testdata/drift/desired"}, 0},
	} {
		if status, out, errs := dayzero(tc.args...); status != tc.want {
			t.Errorf("%s: exit status %d, want %d\n%s%s", tc.reason, status, tc.want, out, errs)
		}
	}
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestResultNotWritten: a result that nobody gets is an error, whatever it says.
func TestResultNotWritten(t *testing.T) {
	for _, args := range [][]string{
		{"validate"},
		{"validate", "--format", "json"},
		{"validate", "--workspace", "testdata/broken/unknown-field/workspace"},
		{"explain", "store-0001"},
		{"render"},
		{"diff", "mem-base@1.1.0", "mem-base@1.2.0"},
		{"diff", "mem-base@1.1.0", "mem-base@1.2.0", "--format", "markdown"},
		{"path", "store-0001"},
		{"approvals", "--against", example},
		{"publish", "--dry-run"},
		{"docs"},
		{"plan"},
		{"vet", "mem-base@1.2.0"},
		{"schema"},
	} {
		if !slices.Contains(args, "--workspace") {
			args = append(args, "--workspace", example)
		}
		var errs bytes.Buffer
		status := run(t.Context(), args, streams{out: fullDisk{}, errors: &errs})
		if want := "dayzero: writing the result: no space left on device\n"; status != 2 || errs.String() != want {
			t.Errorf("%v: exit status %d, %q, want 2 and %q", args, status, errs.String(), want)
		}
	}
}

// TestEmptyDirectory: a variable of a shell that is not set names no directory,
// and not the current one.
func TestEmptyDirectory(t *testing.T) {
	workspace, err := filepath.Abs(example)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, args := range [][]string{
		{"render", "--workspace", workspace, "--out", ""},
		{"docs", "--workspace", workspace, "--out="},
		{"validate", "--workspace", ""},
		{"validate", "--workspace", workspace, "--against", ""},
		{"diff", "a@1.0.0", "a@1.1.0", "--workspace", ""},
		{"schema", "--workspace", ""},
	} {
		status, out, errs := dayzero(args...)
		if status != 2 || out != "" || !strings.Contains(errs, "an empty text names no directory") {
			t.Errorf("%v: exit status %d\n%.200s\n%s", args, status, out, errs)
		}
	}
	if written := tree(t, "."); len(written) > 0 {
		t.Errorf("%d files are written", len(written))
	}
}

func TestExplainNamesFileAndLine(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want []string
	}{
		{[]string{"store-0005", "cni:/values/mtu"}, []string{"/values/mtu = 1380", "override cluster eu-1/fleet/store-0005", "fleet/eu-west.yaml:94:", "owner edge"}},
		{[]string{"eu-1/fleet/store-0001", "cni:/values/mtu"}, []string{"/values/mtu = 1450", "mem-base@1.1.0", "library/mem-base/1.1.0/profile.yaml:", "owner platform"}},
		{[]string{"fleet/store-0001", "metrics:/values/retention"}, []string{`"360h"`, "library/observability/2.1.0/profile.yaml:", "reads default"}},
		{[]string{"fleet/store-0001", "kubernetes:/capi/cluster/spec/clusterNetwork/pods/cidrBlocks/0"}, []string{`"10.65.0.0/16"`, "reads variable", "fleet/eu-west.yaml:"}},
		{[]string{"fleet/store-0001", "Deployment/collector", "/spec/template/spec/containers[name=collector]/image"}, []string{"collector:0.86.1", "library/observability/2.1.0/collector.yaml:"}},
		{[]string{"fleet/store-0001", "Cluster/store-0001", "/spec/topology/version"}, []string{`"v1.34.2"`, "library/mem-base/1.1.0/profile.yaml:", "layer kubernetes"}},
		{[]string{"fleet/store-0001"}, []string{"kubernetes 1.34.2", "podCIDR", "owner security"}},
	} {
		status, out, errs := dayzero(append([]string{"explain", "--workspace", example}, tc.args...)...)
		for _, part := range tc.want {
			if status != 0 || !strings.Contains(out, part) {
				t.Errorf("explain %v: exit status %d, %q is missing in\n%s%s", tc.args, status, part, out, errs)
			}
		}
	}
}

// What was computed from a sensitive variable is not shown, wherever it stands.
func TestExplainSensitive(t *testing.T) {
	dir := copyExample(t)
	for _, version := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		file := filepath.Join(dir, "library/mem-base", version, "profile.yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Replace(text, []byte("      default: 10.244.0.0/16\n"), []byte("      sensitive: true\n"), 1)
		if bytes.Equal(changed, text) {
			t.Fatalf("%s has no such default", file)
		}
		if err := os.WriteFile(file, changed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, what := range [][]string{{}, {"kubernetes:/capi/cluster/spec/clusterNetwork/pods/cidrBlocks/0"}, {"ConfigMap/meshnet", "/data"}, {"Cluster/store-0001"}} {
		for _, format := range []string{"text", "json"} {
			args := append([]string{"explain", "--workspace", dir, "--format", format, "fleet/store-0001"}, what...)
			if status, out, errs := dayzero(args...); status != 0 || strings.Contains(out, "10.65.0.0/16") || !strings.Contains(out, "(sensitive)") {
				t.Errorf("%v: exit status %d\n%s%s", args, status, out, errs)
			}
		}
	}
}

func TestExplainJSON(t *testing.T) {
	_, out, _ := dayzero("explain", "--workspace", example, "--format", "json", "store-0005", "cni:/values/mtu")
	var got struct {
		APIVersion, Cluster, Layer string
		Values                     []struct {
			Path   string
			Value  any
			Origin struct {
				Kind, Document, Owner string
				Range                 struct{ File string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.APIVersion != "dayzero.dev/explain/v1alpha1" || got.Cluster != "eu-1/fleet/store-0005" || got.Layer != "mem-base/cni" || len(got.Values) != 1 {
		t.Fatalf("got %+v", got)
	}
	if v := got.Values[0]; v.Path != "/values/mtu" || v.Value != 1380.0 || v.Origin.Kind != "override" || v.Origin.Range.File != "fleet/eu-west.yaml" {
		t.Errorf("got %+v", v)
	}
}

func TestRenderTreeAndStreamHoldTheSameObjects(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a", "b")
	status, text, errs := dayzero("render", "--workspace", example, "--cluster", "store-0005", "--out", out)
	if status != 0 {
		t.Fatalf("exit status %d: %s", status, errs)
	}
	if !strings.Contains(text, "1 cluster") {
		t.Errorf("printed %q", text)
	}
	for _, pattern := range []string{"eu-1/fleet/store-0005/hub/cluster_fleet_store-0005.yaml", "eu-1/fleet/store-0005/workload/mem-base/cni/*.yaml", "eu-1/_shared/*/clusterclass_*.yaml"} {
		if found, _ := filepath.Glob(filepath.Join(out, pattern)); len(found) == 0 {
			t.Errorf("nothing at %s", pattern)
		}
	}
	_, stream, _ := dayzero("render", "--workspace", example, "--cluster", "store-0005")
	status, report, errs := dayzeroReading(stream, "drift", "--desired", out, "--live", "-")
	if status != 0 {
		t.Errorf("tree and stream differ:\n%s%s", report, errs)
	}
	_, text, _ = dayzero("render", "--workspace", example, "--cluster", "store-0005", "--format", "json")
	var printed renderedObjects
	if err := json.Unmarshal([]byte(text), &printed); err != nil {
		t.Fatal(err)
	}
	if printed.APIVersion != "dayzero.dev/render/v1alpha1" || printed.Clusters != 1 || printed.Sets != 1 || printed.Objects != len(printed.Items) {
		t.Errorf("the JSON form says %+v", printed)
	}
	var items bytes.Buffer
	for _, item := range printed.Items {
		items.WriteString("---\n" + string(item) + "\n")
	}
	status, report, errs = dayzeroReading(items.String(), "drift", "--desired", out, "--live", "-")
	if status != 0 {
		t.Errorf("tree and JSON differ:\n%s%s", report, errs)
	}
}

type renderedObjects struct {
	APIVersion              string
	Clusters, Sets, Objects int
	Items                   []json.RawMessage
}

// TestJSONOfNothing: lists are there also when they are empty.
func TestJSONOfNothing(t *testing.T) {
	for _, args := range [][]string{
		{"validate"},
		{"diff", "mem-base@1.2.0", "mem-base@1.2.0"},
		{"path", "store-0001"},
		{"plan"},
		{"vet", "mem-base@1.2.0"},
	} {
		_, out, errs := dayzero(append(args, "--workspace", example, "--format", "json")...)
		if null := regexp.MustCompile(`(?m)^.*: null.*$`).FindString(out); null != "" || !json.Valid([]byte(out)) {
			t.Errorf("%v prints %s\n%s", args, null, errs)
		}
	}
	vetted := vetProfiles([]vet.Report{{Findings: []vet.Finding{{}}}})
	if vetted[0].Findings[0].With == nil {
		t.Error("with is null")
	}
}

func dayzeroReading(in string, args ...string) (status int, out, errors string) {
	var stdout, stderr bytes.Buffer
	status = run(context.Background(), args, streams{in: strings.NewReader(in), out: &stdout, errors: &stderr})
	return status, stdout.String(), stderr.String()
}

func TestOneWrongClusterRefusesTheWholeRendering(t *testing.T) {
	workspace := copyExample(t)
	broken := strings.Replace(read(t, filepath.Join(workspace, "fleet/local.yaml")), "region: local\n", "region: lokal\n", 1)
	write(t, filepath.Join(workspace, "fleet/local.yaml"), broken)
	out := filepath.Join(t.TempDir(), "out")
	status, _, errs := dayzero("render", "--workspace", workspace, "--out", out)
	if status != 1 || !strings.Contains(errs, `"lokal" is not one of the allowed values`) {
		t.Errorf("exit status %d: %s", status, errs)
	}
	if entries, err := os.ReadDir(out); err == nil {
		t.Errorf("something was written: %v", entries)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLock(t *testing.T) {
	workspace := copyExample(t)
	lock := filepath.Join(workspace, "fleet.lock")
	whole := read(t, lock)
	lines := strings.SplitAfter(whole, "\n")

	write(t, lock, strings.Join(lines[1:], ""))
	if status, _, errs := dayzero("lock", "--workspace", workspace, "--at", "mem-base@1.1.0"); status != 0 {
		t.Fatal(errs)
	}
	if diff := cmp.Diff(whole, read(t, lock)); diff != "" {
		t.Errorf("the missing line was not written as before (-want +got):\n%s", diff)
	}

	write(t, lock, strings.Replace(whole, "mem-base@1.1.0,", "mem-base@1.1.0,mem-edge@1.0.0,", 1))
	if status, _, errs := dayzero("render", "--workspace", workspace); status != 1 || !strings.Contains(errs, "pins mem-edge@1.0.0, which the library does not have") {
		t.Errorf("rendering with a lock that pins what is not there: exit status %d\n%s", status, errs)
	}
	if status, _, errs := dayzero("lock", "--workspace", workspace); status != 0 {
		t.Fatal(errs)
	}
	if diff := cmp.Diff(whole, read(t, lock)); diff != "" {
		t.Errorf("pins of what is not there were not written anew (-want +got):\n%s", diff)
	}

	if status, _, errs := dayzero("lock", "--workspace", workspace, "--at", "mem-base@1.2.0"); status != 0 {
		t.Fatal(errs)
	}
	moved := read(t, lock)
	if n := strings.Count(moved, "mem-base@1.2.0"); n != 98 {
		t.Errorf("%d clusters were moved, want 98: two hold their version", n)
	}
	if status, out, _ := dayzero("lock", "--workspace", workspace); status != 0 || !strings.HasPrefix(out, "0 lines written") {
		t.Errorf("locking again wrote something: %s", out)
	}
}

func TestPlan(t *testing.T) {
	status, out, errs := dayzero("plan", "--workspace", example, "--target", "mem-base@1.2.0", "--now", "2026-12-01T08:00:00Z", "--format", "json")
	if status != 0 {
		t.Fatal(errs)
	}
	var got struct {
		APIVersion string
		Plan       struct {
			Stages []struct {
				Name    string
				Members []struct {
					Key  string
					Hops []struct{ Summary, Impact string }
				}
			}
			Held []struct{ Key string }
		}
		Forecast struct{ Start, End string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{"held": len(got.Plan.Held)}
	for _, s := range got.Plan.Stages {
		counts[s.Name] = len(s.Members)
	}
	if diff := cmp.Diff(map[string]int{"canary": 4, "early": 16, "rest": 78, "held": 2}, counts); diff != "" {
		t.Errorf("clusters by stage (-want +got):\n%s", diff)
	}
	hop := got.Plan.Stages[0].Members[0].Hops[0]
	if hop.Summary != "mem-base 1.1.0 -> 1.2.0, kubernetes 1.34.2 -> 1.35.0" || hop.Impact != "node-roll" {
		t.Errorf("first hop is %+v", hop)
	}
	if got.Forecast.Start != "2026-12-01T08:00:00Z" || got.Forecast.End <= got.Forecast.Start {
		t.Errorf("forecast is %+v", got.Forecast)
	}
}

// TestPlanStrategy: a plan without a strategy says where one comes from.
func TestPlanStrategy(t *testing.T) {
	none, two := copyExample(t), copyExample(t)
	if err := os.RemoveAll(filepath.Join(none, "strategies")); err != nil {
		t.Fatal(err)
	}
	text := read(t, filepath.Join(two, "strategies/standard.yaml"))
	write(t, filepath.Join(two, "strategies/fast.yaml"), strings.Replace(text, "name: standard", "name: fast", 1))
	for _, tc := range []struct{ workspace, strategy, want string }{
		{none, "", "the workspace has no strategy; write one into strategies/"},
		{two, "", "the workspace has 2 strategies; choose one with --strategy: fast, standard"},
		{two, "standart", `there is no strategy "standart"; did you mean "standard"?`},
	} {
		status, _, errs := dayzero("plan", "--workspace", tc.workspace, "--strategy", tc.strategy)
		if want := "dayzero: " + tc.want + "\n"; status != 2 || errs != want {
			t.Errorf("exit status %d, %q, want 2 and %q", status, errs, want)
		}
	}
}

// TestDriftJSON holds the form of the drift report that other tools read.
func TestDriftJSON(t *testing.T) {
	_, out, _ := dayzero("drift", "--desired", "testdata/drift/desired", "--live", "testdata/drift/live", "--format", "json")
	var got struct {
		APIVersion string
		Objects    []struct {
			Group, Version, Kind, Namespace, Name string
			Verdict, Detail, Confidence           string
			Fields                                []struct {
				Path, Verdict, Detail, Confidence string
				Actor                             *struct{ Manager string }
			}
		}
		Summary map[string]any
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.APIVersion != "dayzero.dev/drift/v1alpha1" || got.Summary == nil || len(got.Objects) != 3 {
		t.Fatalf("got %+v", got)
	}
	verdicts := map[string]string{}
	paths := map[string]string{}
	for _, o := range got.Objects {
		verdicts[o.Kind] = o.Verdict + " " + o.Detail
		for _, f := range o.Fields {
			if f.Verdict == "Drift" {
				paths[f.Path] = f.Detail
			}
		}
	}
	wantVerdicts := map[string]string{"Deployment": "Drift ", "ConfigMap": "Drift Missing", "Namespace": "Unknown Uncovered"}
	if diff := cmp.Diff(wantVerdicts, verdicts); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	wantPaths := map[string]string{"/spec/template/spec/containers[name=app]/image": "changed"}
	if diff := cmp.Diff(wantPaths, paths); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
