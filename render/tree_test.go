package render_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/render/manifests"
)

// twoHubs are three clusters of one content, two of them on one hub.
const twoHubs = `
-- hubs/hubs.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: hub}
spec: {clusterAPI: {version: 1.14.2}}
---
apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: other}
spec: {clusterAPI: {version: 1.14.2}}
-- hubs/hub.yaml --
-- fleet/c.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: a, namespace: fleet}
spec: {hub: hub, profiles: [base, case]}
---
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: b, namespace: fleet}
spec: {hub: hub, profiles: [base, case]}
---
apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: c, namespace: fleet}
spec: {hub: other, profiles: [base, case]}
-- library/case/1.0.0/profile.yaml --
apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: case}
spec:
  version: 1.0.0
  owner: team
  kind: AddOn
  layers:
  - {name: app, kind: AddOn, component: {none: example}, content: {manifests: [app.yaml]}}
-- library/case/1.0.0/app.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: app}}
`

// bundlesOf renders the clusters of a txtar text over the ground.
func bundlesOf(tb testing.TB, text string) map[string]render.Bundle {
	tb.Helper()
	out := outcomeOf(groundWith(tb, txtar.Parse([]byte(text)).Files))
	if out.findings != "" {
		tb.Fatal(out.findings)
	}
	return out.bundles
}

// contents are the files below dir by path but for the markers of hubs, with the
// names of sets as SET and their digests as DIGEST.
func contents(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	out := map[string]string{}
	digest := regexp.MustCompile(`[0-9a-f]{64}`)
	name := regexp.MustCompile(`base-[0-9a-f]{10}`)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".dayzero" {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		out[name.ReplaceAllString(digest.ReplaceAllString(path, "DIGEST"), "SET")] = string(data)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func names(files map[string]string) []string { return slices.Sorted(maps.Keys(files)) }

// writeTree writes bundles to dir, in the order of their names.
func writeTree(tb testing.TB, dir string, whole bool, bundles map[string]render.Bundle) {
	tb.Helper()
	tree, err := render.NewTree(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		if err := tree.Add(bundles[name]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := tree.Commit(whole); err != nil {
		tb.Fatal(err)
	}
}

func only(bundles map[string]render.Bundle, names ...string) map[string]render.Bundle {
	out := map[string]render.Bundle{}
	for _, name := range names {
		out[name] = bundles[name]
	}
	return out
}

// TestTreeLayout shows where everything lies: sets once for each hub.
func TestTreeLayout(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	writeTree(t, dir, true, bundlesOf(t, twoHubs))
	var want []string
	for hub, clusters := range map[string][]string{"hub": {"a", "b"}, "other": {"c"}} {
		for _, file := range []string{"clusterclass", "exampleclustertemplate", "kubeadmcontrolplanetemplate"} {
			want = append(want, hub+"/_shared/DIGEST/"+file+"_dayzero-classes_SET.yaml")
		}
		want = append(want, hub+"/_shared/DIGEST/examplemachinetemplate_dayzero-classes_SET-control-plane.yaml",
			hub+"/_shared/DIGEST/examplemachinetemplate_dayzero-classes_SET-general.yaml",
			hub+"/_shared/DIGEST/kubeadmconfigtemplate_dayzero-classes_SET-general.yaml")
		for _, c := range clusters {
			want = append(want, hub+"/fleet/"+c+"/hub/cluster_fleet_"+c+".yaml", hub+"/fleet/"+c+"/workload/case/app/configmap_app_settings.yaml")
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names(contents(t, dir))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"hub", "other"}, marked(t, dir)); diff != "" {
		t.Errorf("marked directories (-want +got):\n%s", diff)
	}
}

// marked are the directories with a marker.
func marked(tb testing.TB, dir string) []string {
	tb.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == ".dayzero" {
			below, _ := filepath.Rel(dir, filepath.Dir(path))
			out = append(out, filepath.ToSlash(below))
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestTreeHoldsTheBundle: the files are the objects and nothing but the objects.
func TestTreeHoldsTheBundle(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	dir := t.TempDir()
	writeTree(t, dir, true, only(bundles, "a"))
	var want, got []string
	for item := range bundles["a"].All() {
		want = append(want, string(item.YAML()))
	}
	for _, text := range contents(t, dir) {
		got = append(got, text)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTreeCommitWhole(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	dir := t.TempDir()
	writeTree(t, dir, true, bundles)
	writeTree(t, dir, true, only(bundles, "b", "c"))
	if got := names(contents(t, dir)); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "hub/fleet/a/") }) {
		t.Errorf("cluster a is gone, but still there: %v", got)
	}
	if diff := cmp.Diff(contentsOf(t, only(bundles, "b", "c")), contents(t, dir)); diff != "" {
		t.Errorf("a tree that was written over differs from a fresh one (-fresh +got):\n%s", diff)
	}
}

// TestTreeCommitWholeWithoutHub: a hub that lost its last cluster is gone like a
// cluster, also one that was rendered in part only; what others keep beside the
// hubs stays, however much it looks like one.
func TestTreeCommitWholeWithoutHub(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	dir := t.TempDir()
	writeTree(t, dir, true, only(bundles, "a", "b"))
	writeTree(t, dir, false, only(bundles, "c"))
	if diff := cmp.Diff([]string{"hub", "other"}, marked(t, dir)); diff != "" {
		t.Errorf("marked directories (-want +got):\n%s", diff)
	}
	others := map[string]string{"apps/shop/shop.yaml": "{}", "README.md": "mine", ".git/a/b/hub": "mine",
		"infra/_shared/x.yaml": "{}", "infra/prod/main.yaml": "{}", "docs/a/b/workload/x.yaml": "{}", "docs/keep.yaml": "{}"}
	writeFiles(t, dir, others)
	left := only(bundles, "a", "b")
	writeTree(t, dir, true, left)
	want := contentsOf(t, left)
	maps.Copy(want, others)
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func writeFiles(tb testing.TB, dir string, files map[string]string) {
	tb.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			tb.Fatal(err)
		}
	}
}

// TestTreeCommitNothing: a fleet that has become empty is more likely a mistake
// than a wish; where no hub is, there is nothing to lose.
func TestTreeCommitNothing(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"infra/_shared/x.yaml": "{}"})
	writeTree(t, dir, true, nil)
	writeTree(t, dir, true, bundlesOf(t, twoHubs))
	refused(t, dir, true, nil, render.ErrNothingRendered)
	writeTree(t, dir, false, nil)
}

// refused holds that a Commit gives an error of that kind and changes nothing.
func refused(tb testing.TB, dir string, whole bool, bundles map[string]render.Bundle, want error) {
	tb.Helper()
	before := contents(tb, dir)
	tree, err := render.NewTree(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		if err := tree.Add(bundles[name]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := tree.Commit(whole); !errors.Is(err, want) {
		tb.Errorf("Commit(%v) gives %v, want %v", whole, err, want)
	}
	if err := tree.Abort(); err != nil {
		tb.Error(err)
	}
	if diff := cmp.Diff(before, contents(tb, dir)); diff != "" {
		tb.Errorf("a refused Commit(%v) changed something (-before +after):\n%s", whole, diff)
	}
}

// TestTreeCommitFails: when something of what was staged cannot be moved, all
// that was there before is still there, and no more.
func TestTreeCommitFails(t *testing.T) {
	changed := bundlesOf(t, strings.Replace(twoHubs, "namespace: app}}", "namespace: app}, data: {a: b}}", 1))
	dir := t.TempDir()
	writeTree(t, dir, true, only(bundlesOf(t, twoHubs), "a", "c"))
	before := contents(t, dir)
	tree, err := render.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		if err := tree.Add(changed[name]); err != nil {
			t.Fatal(err)
		}
	}
	staged, err := filepath.Glob(filepath.Join(dir, ".staging-*", "other"))
	if err != nil || len(staged) != 1 {
		t.Fatal(staged, err)
	}
	if err := errors.Join(os.RemoveAll(staged[0]), os.WriteFile(staged[0], nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := tree.Commit(false); err == nil {
		t.Error("a file was moved as if it were a directory")
	}
	if err := tree.Abort(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("a failed Commit changed something (-before +after):\n%s", diff)
	}
}

func TestTreeCommitPart(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	dir := t.TempDir()
	writeTree(t, dir, true, bundles)
	changed := bundlesOf(t, strings.Replace(twoHubs, "namespace: app}}", "namespace: app}, data: {a: b}}", 1))
	writeTree(t, dir, false, only(changed, "b"))
	want := contentsOf(t, bundles)
	maps.Copy(want, contentsOf(t, only(changed, "b")))
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTreeCommitPartRemovesObjects: an object that the cluster has no more
// vanishes with its directory.
func TestTreeCommitPartRemovesObjects(t *testing.T) {
	dir := t.TempDir()
	writeTree(t, dir, true, only(bundlesOf(t, twoHubs), "a"))
	renamed := only(bundlesOf(t, strings.Replace(twoHubs, "name: settings", "name: other", 1)), "a")
	writeTree(t, dir, false, renamed)
	if diff := cmp.Diff(contentsOf(t, renamed), contents(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// contentsOf are the files of a fresh tree.
func contentsOf(t *testing.T, bundles map[string]render.Bundle) map[string]string {
	t.Helper()
	dir := t.TempDir()
	writeTree(t, dir, true, bundles)
	return contents(t, dir)
}

// TestTreeRefusesForeignFiles: what a Tree did not write is not removed.
func TestTreeRefusesForeignFiles(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	for _, whole := range []bool{true, false} {
		dir := t.TempDir()
		writeTree(t, dir, true, bundles)
		writeFiles(t, dir, map[string]string{"hub/fleet/a/notes.txt": "mine"})
		refused(t, dir, whole, only(bundles, "a", "c"), render.ErrForeignFiles)
	}
}

// TestTreeRefusesForeignHub: somebody else's directory that is called like a hub
// is not replaced, but a cluster can be put into it.
func TestTreeRefusesForeignHub(t *testing.T) {
	bundles, dir := only(bundlesOf(t, twoHubs), "c"), t.TempDir()
	others := map[string]string{"other/prod/main.yaml": "{}"}
	writeFiles(t, dir, others)
	refused(t, dir, true, bundles, render.ErrForeignFiles)
	want := contentsOf(t, bundles)
	maps.Copy(want, others)
	for range 2 {
		writeTree(t, dir, false, bundles)
		if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestTreeForeignLink: a link in place of a cluster is not followed.
func TestTreeForeignLink(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "mine.yaml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "hub/fleet"), 0o755), os.Symlink(outside, filepath.Join(dir, "hub/fleet/a"))); err != nil {
		t.Skip(err)
	}
	tree, err := render.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Add(bundlesOf(t, twoHubs)["a"]); err != nil {
		t.Fatal(err)
	}
	if err := tree.Commit(false); !errors.Is(err, render.ErrForeignFiles) {
		t.Errorf("Commit gives %v, want ErrForeignFiles", err)
	}
	if _, err := os.Stat(filepath.Join(outside, "mine.yaml")); err != nil {
		t.Error(err)
	}
}

// TestTreeAbort leaves the disk as it was: no staged files, and no directory that
// was not there.
func TestTreeAbort(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b", "c")
	tree, err := render.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Add(bundlesOf(t, twoHubs)["a"]); err != nil {
		t.Fatal(err)
	}
	if err := tree.Abort(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 0 {
		t.Errorf("Abort leaves %v, %v", entries, err)
	}
}

func TestTreeAbortKeepsWhatIsOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	tree, err := render.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	others := filepath.Join(filepath.Dir(dir), "others.txt")
	if err := os.WriteFile(others, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := tree.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(others); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory that NewTree made is still there: %v", err)
	}
}

// TestTreeAbortAfterCommit does nothing, so that it can be deferred.
func TestTreeAbortAfterCommit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	tree, err := render.NewTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tree.Add(bundlesOf(t, twoHubs)["a"]), tree.Commit(true)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if err := tree.Abort(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestTreeCounts(t *testing.T) {
	tree, err := render.NewTree(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Abort()
	for name, b := range bundlesOf(t, twoHubs) {
		if err := tree.Add(b); err != nil {
			t.Fatal(name, err)
		}
	}
	if tree.Sets() != 2 || tree.Files() != 2*6+3*2 {
		t.Errorf("%d sets and %d files, want 2 and 18", tree.Sets(), tree.Files())
	}
}

// TestTreeOfNothing: a bundle without objects is a cluster without files.
func TestTreeOfNothing(t *testing.T) {
	ws, diags := profile.Load(groundWith(t, nil), profile.Layout{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	stack, _ := ws.Resolve(profile.Key{Hub: "hub", Namespace: "fleet", Name: "c"})
	b, err := render.New(render.Options{}, manifests.Engine{}).Bundle(context.Background(), stack)
	if err != nil {
		t.Fatal(err)
	}
	for _, whole := range []bool{true, false} {
		dir := t.TempDir()
		writeTree(t, dir, whole, map[string]render.Bundle{"c": b})
		if got := contents(t, dir); len(got) != 0 {
			t.Errorf("Commit(%v) wrote %v", whole, got)
		}
	}
}

// TestTreeHostileNames: whatever an object is called, its file stays below the
// directory of its cluster, has a name every file system takes, and is its own.
func TestTreeHostileNames(t *testing.T) {
	fixed := []string{"../../x", "..", ".", "/etc/passwd", `a\b`, "a/b", "A", "a", "CON", "a:b", "system:node", "system-node", ".staging-1", ".hidden",
		strings.Repeat("n", 300), strings.Repeat("n", 299) + "m", "a_b", "é", "\x00", "a\nb", "x.yaml", "-rf"}
	checkNames(t, fixed)
	rapid.Check(t, func(rt *rapid.T) {
		checkNames(t, rapid.SliceOfNDistinct(rapid.OneOf(rapid.String(), rapid.StringMatching(`[aA_.:/-]{1,4}`)), 1, 20, rapid.ID).Draw(rt, "names"))
	})
}

var safeName = regexp.MustCompile(`^[a-z0-9_-][a-z0-9._-]{0,240}$`)

func checkNames(t *testing.T, objectNames []string) {
	t.Helper()
	var text bytes.Buffer
	text.WriteString(strings.TrimSuffix(twoHubs, "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: app}}\n"))
	count := 0
	for _, name := range objectNames {
		if name == "" {
			continue
		}
		count++
		text.WriteString("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + strconv.QuoteToASCII(name) + "}\n")
	}
	root := t.TempDir()
	dir := filepath.Join(root, "out")
	writeTree(t, dir, true, only(bundlesOf(t, text.String()), "a"))
	got := 0
	for path := range contents(t, root) {
		for part := range strings.SplitSeq(path, "/") {
			if !safeName.MatchString(part) && part != "DIGEST" && !strings.Contains(part, "_SET") {
				t.Fatalf("unsafe name %q in %s", part, path)
			}
		}
		if strings.HasPrefix(path, "out/hub/fleet/a/workload/case/app/") {
			got++
		}
	}
	if got != count {
		t.Fatalf("%d objects have %d files: %q", count, got, objectNames)
	}
}

// TestTreeKeepsEqualObjects: objects with a generated name may be equal and are
// still several.
func TestTreeKeepsEqualObjects(t *testing.T) {
	job := "---\n{apiVersion: batch/v1, kind: Job, metadata: {generateName: run-, namespace: app}, spec: {parallelism: %d}}\n"
	dir := t.TempDir()
	text := strings.TrimSuffix(twoHubs, "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: app}}\n") +
		fmt.Sprintf(job, 1) + strings.Repeat(fmt.Sprintf(job, 2), 3)
	writeTree(t, dir, true, only(bundlesOf(t, text), "a"))
	got := 0
	for path := range contents(t, dir) {
		if strings.HasPrefix(path, "hub/fleet/a/workload/case/app/") {
			got++
		}
	}
	if got != 4 {
		t.Errorf("4 objects have %d files: %v", got, names(contents(t, dir)))
	}
}

// TestTreeKeepsClustersApart: names that are written alike are still two.
func TestTreeKeepsClustersApart(t *testing.T) {
	text := strings.NewReplacer("name: a,", `name: "A:b",`, "name: b,", `name: "A-b",`).Replace(twoHubs)
	dir := t.TempDir()
	writeTree(t, dir, true, bundlesOf(t, text))
	clusters := map[string]bool{}
	for path := range contents(t, dir) {
		if parts := strings.Split(path, "/"); parts[0] == "hub" && parts[1] == "fleet" {
			clusters[parts[2]] = true
		}
	}
	if len(clusters) != 2 {
		t.Errorf("two clusters have the directories %v", clusters)
	}
}

// TestTreeHostileKeys: the names of clusters and hubs come from documents too.
func TestTreeHostileKeys(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "out")
	text := strings.NewReplacer("name: hub}", `name: "../h"}`, "hub: hub,", `hub: "../h",`, "namespace: fleet", `namespace: "../.."`, "name: a,", `name: "..",`).Replace(twoHubs)
	out := outcomeOf(groundWith(t, txtar.Parse([]byte(text)).Files))
	if len(out.bundles) == 0 {
		t.Skip("such names are refused when the workspace is loaded")
	}
	writeTree(t, dir, true, out.bundles)
	for path := range contents(t, root) {
		if !strings.HasPrefix(path, "out/") {
			t.Errorf("%s is not below the directory", path)
		}
	}
}

// TestTreesAreEqual renders clusters of the example twice, with two renderers, into two
// directories.
func TestTreesAreEqual(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	writeExample(t, first)
	writeExample(t, second)
	if diff := cmp.Diff(contents(t, first), contents(t, second)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
	if err := fstest.TestFS(os.DirFS(first), "eu-1/fleet/store-0001/hub/cluster_fleet_store-0001.yaml"); err != nil {
		t.Error(err)
	}
}

func writeExample(t *testing.T, dir string) {
	t.Helper()
	ws, renderer := loadExample(t), newRenderer()
	bundles := map[string]render.Bundle{}
	for _, key := range someKeys(ws) {
		bundles[key.Name] = renderOne(t, ws, renderer, key)
	}
	writeTree(t, dir, true, bundles)
}
