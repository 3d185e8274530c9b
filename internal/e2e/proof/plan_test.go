package proof_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout/members"
)

// upgrades are asked of Cluster API's planner. The profile versions of a cluster
// carry the available versions in turn, so that package members can be asked
// for the hops of the same upgrade.
var upgrades = []struct {
	name      string
	available string // kubernetesVersions of the class; the first one is where the cluster is, unless have says so
	have      string
	workers   string // where pools are; as the control plane when empty
	target    string // the last available one when empty
	want      oracle.Plan
	refused   bool
	hopless   string // why package members is not asked
}{
	{name: "one minor", available: "1.33.6 1.34.2", want: plan("1.34.2", "1.34.2")},
	{name: "a patch", available: "1.34.0 1.34.2", want: plan("1.34.2", "1.34.2")},
	{name: "a patch past another", available: "1.34.0 1.34.1 1.34.2", want: plan("1.34.2", "1.34.2")},
	{name: "a minor past patches", available: "1.33.0 1.33.6 1.34.0 1.34.2", want: plan("1.34.2", "1.34.2")},
	{name: "not to the newest", available: "1.33.6 1.34.0 1.34.2", target: "1.34.0", want: plan("1.34.0", "1.34.0")},
	{name: "two minors by the last patch between", available: "1.31.0 1.32.0 1.32.4 1.33.1", want: plan("1.32.4 1.33.1", "1.33.1")},
	{name: "three minors in one step of workers", available: "1.31.0 1.32.0 1.33.0 1.34.0", want: plan("1.32.0 1.33.0 1.34.0", "1.34.0")},
	{name: "four minors with a stop of workers", available: "1.30.0 1.31.0 1.32.0 1.33.0 1.34.0", want: plan("1.31.0 1.32.0 1.33.0 1.34.0", "1.33.0 1.34.0")},
	{name: "seven minors with two stops", available: "1.28.0 1.29.0 1.30.0 1.31.0 1.32.0 1.33.0 1.34.0 1.35.0",
		want: plan("1.29.0 1.30.0 1.31.0 1.32.0 1.33.0 1.34.0 1.35.0", "1.31.0 1.34.0 1.35.0")},
	{name: "nothing to do", available: "1.34.2", want: oracle.Plan{}},
	{name: "a minor is missing", available: "1.31.0 1.33.0", refused: true},
	{name: "down a minor", available: "1.33.0 1.34.0", have: "1.34.0", target: "1.33.0", refused: true},
	{name: "down a patch", available: "1.34.0 1.34.2", have: "1.34.2", target: "1.34.0", refused: true},
	{name: "not available", available: "1.33.0 1.34.0", target: "1.35.0", refused: true, hopless: "no profile version has it"},
	{name: "workers two minors behind", available: "1.33.0 1.34.0", workers: "1.31.0", want: plan("1.34.0", "1.34.0"), hopless: "hops begin with all at one version"},
	{name: "workers as far behind as may be", available: "1.33.0 1.34.0", workers: "1.30.0", want: plan("1.34.0", "1.33.0 1.34.0"), hopless: "hops begin with all at one version"},
	{name: "the last of several pools counts", available: "1.33.0 1.34.0", workers: "1.33.0 1.30.0 1.32.0", want: plan("1.34.0", "1.33.0 1.34.0"), hopless: "hops begin with all at one version"},
	{name: "the control plane is there already", available: "1.33.0 1.34.0", have: "1.34.0", workers: "1.33.0", want: plan("", "1.34.0"), hopless: "hops begin with all at one version"},
	// Nothing is refused here, and the workers never arrive.
	{name: "workers too far behind", available: "1.33.0 1.34.0", workers: "1.29.0", want: plan("1.34.0", ""), hopless: "hops begin with all at one version"},
}

func plan(controlPlane, workers string) oracle.Plan {
	return oracle.Plan{ControlPlane: versions(controlPlane), Workers: versions(workers)}
}

// versions writes versions as Cluster API does.
func versions(texts string) []string {
	var out []string
	for _, v := range strings.Fields(texts) {
		out = append(out, "v"+v)
	}
	return out
}

// Cluster API's planner gives the plans that Kubernetes' version skew asks for;
// the hops of package members go through the same versions of the control plane,
// and are refused where the planner refuses.
func TestOraclesUpgradePlan(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	for _, c := range upgrades {
		available := versions(c.available)
		have, target := available[0], available[len(available)-1]
		if c.have != "" {
			have = "v" + c.have
		}
		if c.target != "" {
			target = "v" + c.target
		}
		workers := []string{have}
		if c.workers != "" {
			workers = versions(c.workers)
		}
		got := planned(t, o, oracle.Upgrade{Available: available, ControlPlane: have, Workers: workers, Target: target})
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(oracle.Plan{}, "Refused")); diff != "" || c.refused != (got.Refused != "") {
			t.Errorf("%s: -want +got:\n%s%s", c.name, diff, got.Refused)
		}
		if c.hopless != "" {
			continue
		}
		hops, err := hopVersions(t, available, have, target)
		if diff := cmp.Diff(got.ControlPlane, hops, cmpopts.EquateEmpty()); diff != "" || c.refused != (err != nil) {
			t.Errorf("%s: -oracle +hops:\n%s%v", c.name, diff, err)
		}
		for from, to := range pairs(have, hops) {
			hop := planned(t, o, oracle.Upgrade{Available: []string{from, to}, ControlPlane: from, Workers: []string{from}, Target: to})
			if diff := cmp.Diff(oracle.Plan{ControlPlane: []string{to}, Workers: []string{to}}, hop); diff != "" {
				t.Errorf("%s: the hop from %s to %s is not one step: -want +got:\n%s", c.name, from, to, diff)
			}
		}
	}
}

// A class that lists no versions lets a cluster go one minor version up.
func TestOraclesUpgradePlanWithoutVersions(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	for target, allowed := range map[string]bool{"v1.33.9": true, "v1.34.0": true, "v1.35.0": false, "v1.32.9": false} {
		got := planned(t, o, oracle.Upgrade{ControlPlane: "v1.33.6", Workers: []string{"v1.33.6"}, Target: target})
		if want := (oracle.Plan{ControlPlane: []string{target}, Workers: []string{target}}); allowed != (got.Refused == "") || allowed && !cmp.Equal(want, got) {
			t.Errorf("%s: got %+v, want allowed: %v", target, got, allowed)
		}
	}
}

// manyPlans is how many upgrades are drawn.
const manyPlans = 10_000

// The planner agrees with its rules as written down here, over many upgrades
// drawn at random. The draws are the same in every run.
func TestOraclesUpgradePlanMany(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	random := rand.New(rand.NewPCG(1, 34))
	start, kinds := time.Now(), map[string]int{}
	for range manyPlans {
		d := drawUpgrade(random)
		want, possible := d.expected()
		got := planned(t, o, d.question())
		kinds[fmt.Sprintf("%d steps", len(got.ControlPlane))]++
		if got.Refused != "" {
			kinds["refused"]++
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(oracle.Plan{}, "Refused")); diff != "" || possible != (got.Refused == "") {
			t.Fatalf("%+v: possible: %v, -want +got:\n%s%s", d.question(), possible, diff, got.Refused)
		}
	}
	t.Logf("%d plans in %s: %v", manyPlans, time.Since(start).Round(time.Millisecond), kinds)
	for _, kind := range []string{"refused", "0 steps", "1 steps", "4 steps", "7 steps"} {
		if kinds[kind] < 30 {
			t.Errorf("%d of %d plans are of the kind %q, want 30", kinds[kind], manyPlans, kind)
		}
	}
}

// release is a Kubernetes version 1.minor.patch.
type release struct{ minor, patch int }

func (r release) String() string { return fmt.Sprintf("v1.%d.%d", r.minor, r.patch) }

func (r release) compare(s release) int {
	if r.minor != s.minor {
		return r.minor - s.minor
	}
	return r.patch - s.patch
}

// drawn is an upgrade; pools are no more than three minor versions behind.
type drawn struct {
	available              []release // ascending
	controlPlane, to, pool release
}

func drawUpgrade(random *rand.Rand) drawn {
	var d drawn
	for minor := range 9 {
		for patch := range 3 {
			if random.IntN(5) < 3 {
				d.available = append(d.available, release{28 + minor, patch})
			}
		}
	}
	d.controlPlane = d.available[random.IntN(len(d.available))]
	d.to = d.available[random.IntN(len(d.available))]
	d.pool = d.controlPlane
	if behind := random.IntN(4); behind > 0 {
		d.pool = release{d.controlPlane.minor - behind, random.IntN(3)}
	}
	return d
}

func (d drawn) question() oracle.Upgrade {
	var available []string
	for _, r := range d.available {
		available = append(available, r.String())
	}
	return oracle.Upgrade{Available: available, ControlPlane: d.controlPlane.String(), Workers: []string{d.pool.String()}, Target: d.to.String()}
}

// expected restates the rules: the control plane goes through the last version
// of each minor, none missing, and never down; workers stop every third minor.
func (d drawn) expected() (oracle.Plan, bool) {
	var p oracle.Plan
	if d.to.compare(d.controlPlane) < 0 {
		return p, false
	}
	at := map[int]release{d.controlPlane.minor: d.controlPlane}
	for _, r := range d.available {
		if r.minor > d.controlPlane.minor && r.compare(d.to) <= 0 {
			at[r.minor] = r
		}
	}
	for minor := d.controlPlane.minor + 1; minor <= d.to.minor; minor++ {
		if _, there := at[minor]; !there {
			return oracle.Plan{}, false
		}
		p.ControlPlane = append(p.ControlPlane, at[minor].String())
	}
	if d.to.minor == d.controlPlane.minor && d.to != d.controlPlane {
		p.ControlPlane = []string{d.to.String()}
	}
	if d.pool == d.to {
		return p, true
	}
	for minor := d.pool.minor + 3; minor < d.to.minor; minor += 3 {
		p.Workers = append(p.Workers, at[minor].String())
	}
	p.Workers = append(p.Workers, d.to.String())
	return p, true
}

func planned(t *testing.T, o *oracle.Oracle, u oracle.Upgrade) oracle.Plan {
	t.Helper()
	p, err := o.UpgradePlan(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pairs yields neighbours of first and rest.
func pairs(first string, rest []string) func(yield func(from, to string) bool) {
	return func(yield func(from, to string) bool) {
		for _, next := range rest {
			if !yield(first, next) {
				return
			}
			first = next
		}
	}
}

// hopVersions gives the Kubernetes versions that a cluster's hops lead to, in a
// library whose profile has a version for each that is available.
func hopVersions(t *testing.T, available []string, have, target string) ([]string, error) {
	t.Helper()
	f := library(t, available)
	key := slices.Collect(f.Clusters())[0]
	byDigest, pin := map[string]string{}, func(version string) []profile.Ref {
		return []profile.Ref{{Name: "base", Version: fmt.Sprintf("1.%d.0", slices.Index(available, version))}}
	}
	var locked profile.LockEntry
	for _, v := range available {
		stack, diags := f.ResolveAt(key, pin(v)...)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		byDigest[stack.Digest()] = v
		if v == have {
			locked = profile.LockEntry{Key: key, Pins: pin(v), Digest: stack.Digest()}
		}
	}
	at := f.WithLock(f.Lock().WithAll([]profile.LockEntry{locked}))
	want, diags := members.Target(at, pin(target)...)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	moving, diags, err := members.Between(t.Context(), f.renderer, at, want)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range moving {
		for _, hop := range m.Hops {
			out = append(out, byDigest[hop.To])
		}
	}
	return out, diags.Err()
}

// library is a probe whose profile has a version 1.N.0 for the Nth Kubernetes
// version.
func library(t *testing.T, available []string) fleet {
	t.Helper()
	files := fstest.MapFS{}
	for i, v := range available {
		p := newProbe()
		p.version = strings.TrimPrefix(v, "v")
		for name, file := range p.files("probes", "probe") {
			number := fmt.Sprintf("1.%d.0", i)
			file.Data = bytes.ReplaceAll(file.Data, []byte("version: 1.0.0\n"), []byte("version: "+number+"\n"))
			files[strings.ReplaceAll(name, "/1.0.0/", "/"+number+"/")] = file
		}
	}
	return load(t, files)
}
