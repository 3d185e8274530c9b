package rollout_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// TestPlacement holds Compile against the rule as it is written: for each
// cluster, the first stage whose selector matches, else the rest, else none.
func TestPlacement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stages, all := drawStages(t), drawFleet(t)
		plan, diags := rollout.Compile(all, strategy(stages...), rollout.Options{})
		got, want := map[string]string{}, map[string]string{}
		for _, s := range plan.Stages() {
			for _, m := range s.Members {
				got[m.Key.Name] = s.Name
			}
		}
		for _, m := range plan.Held() {
			got[m.Key.Name] = "held: " + m.Held
		}
		unplaced := 0
		for _, m := range all {
			switch place := naivePlace(m, stages); place {
			case "unplaced":
				unplaced++
			case "":
			default:
				want[m.Key.Name] = place
			}
		}
		if unplaced > 0 {
			if len(diags) != 1 || diags[0].Code != "rollout.unplaced" || !strings.Contains(diags[0].Summary, fmt.Sprintf("takes %d cluster", unplaced)) || len(got) > 0 {
				t.Fatalf("%d unplaced, but %v and plan %v", unplaced, diags, plan)
			}
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("placement (-naive +compiled):\n%s", diff)
		}
	})
}

func naivePlace(m rollout.Member, stages []profile.Stage) string {
	switch {
	case m.Held != "":
		return "held: " + m.Held
	case len(m.Hops) == 0:
		return ""
	}
	for _, s := range stages {
		if s.Selector != nil && s.Selector.MatchLabels["ring"] == m.Labels["ring"] {
			return s.Name
		}
	}
	for _, s := range stages {
		if s.Rest {
			return s.Name
		}
	}
	return "unplaced"
}

func drawStages(t *rapid.T) []profile.Stage {
	var stages []profile.Stage
	for i := range rapid.IntRange(1, 5).Draw(t, "stages") {
		stages = append(stages, stage(fmt.Sprintf("s%d", i), rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "ring"), "30%", "", 0))
	}
	if rest := rapid.IntRange(0, 2*len(stages)).Draw(t, "rest"); rest < len(stages) {
		stages[rest] = stage(stages[rest].Name, "rest", "", "", time.Hour)
	}
	return stages
}

func drawFleet(t *rapid.T) []rollout.Member {
	all := make([]rollout.Member, rapid.IntRange(0, 30).Draw(t, "clusters"))
	for i := range all {
		all[i] = member(fmt.Sprintf("c%d", i), rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "ring"), rapid.IntRange(0, 2).Draw(t, "hops"))
		if rapid.IntRange(0, 9).Draw(t, "held") == 0 {
			all[i].Held = "mem-base@1.0.0"
		}
	}
	return all
}

// TestOrderDoesNotMatter: the fleet in any order, and labels in any order, are
// one plan, byte for byte; and what the caller does to its data afterwards does
// not reach the plan.
func TestOrderDoesNotMatter(t *testing.T) {
	all := slices.Concat(members("c", "canary", 7, 2), members("m", "main", 40, 1), []rollout.Member{{Key: key("x"), Held: "mem-base@1.0.0"}})
	s := strategy(stage("canary", "canary", "", "", time.Hour), stage("rest", "rest", "20%", "5%", 0))
	want := encoded(t, mustCompile(t, all, s))
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		plan := mustCompile(t, all, s)
		if got := encoded(t, plan); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	plan := mustCompile(t, all, s)
	for i := range all {
		for j := range all[i].Hops {
			all[i].Hops[j].To = "changed"
		}
	}
	if got := encoded(t, plan); got != want {
		t.Errorf("a change of the input reached the plan: %s", got)
	}
}

// TestDigestCoversDecisions: whatever changes a decision changes the digest.
func TestDigestCoversDecisions(t *testing.T) {
	fleet := members("c", "main", 10, 1)
	digests := map[string]string{}
	add := func(name string, all []rollout.Member, s profile.Strategy) {
		digest := mustCompile(t, all, s).Digest()
		if other, ok := digests[digest]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		digests[digest] = name
	}
	add("base", fleet, strategy(stage("all", "main", "3", "1", time.Hour)))
	add("concurrency", fleet, strategy(stage("all", "main", "4", "1", time.Hour)))
	add("budget", fleet, strategy(stage("all", "main", "3", "2", time.Hour)))
	add("soak", fleet, strategy(stage("all", "main", "3", "1", 2*time.Hour)))
	add("name", fleet, strategy(stage("everything", "main", "3", "1", time.Hour)))
	add("empty stage", fleet, strategy(stage("none", "none", "", "", 0), stage("all", "main", "3", "1", time.Hour)))
	add("fewer", fleet[1:], strategy(stage("all", "main", "3", "1", time.Hour)))
	add("hops", members("c", "main", 10, 2), strategy(stage("all", "main", "3", "1", time.Hour)))
	held := slices.Clone(fleet)
	held[0].Held = "mem-base@1.0.0"
	add("held", held, strategy(stage("all", "main", "3", "1", time.Hour)))
}

// TestDigestIsForEver pins one digest: a release that changes it orphans every
// log and approval that names it.
func TestDigestIsForEver(t *testing.T) {
	plan := mustCompile(t, members("c", "main", 3, 1), strategy(stage("all", "main", "50%", "", time.Hour)))
	if got, want := plan.Digest(), "sha256:24ccb1017e89bd08a992b5687275f68713d026b390be3bcd8015453a14072978"; got != want {
		t.Errorf("got %s, want %s of\n%s", got, want, encoded(t, plan))
	}
}

// finding is a diagnostic without its words.
type finding struct{ Severity, Code, Path string }

func findings(diags diag.Diagnostics) []finding {
	var out []finding
	for _, d := range diags {
		out = append(out, finding{d.Severity.String(), d.Code, d.Path})
	}
	return out
}

func TestCompileFindings(t *testing.T) {
	ok := stage("all", "rest", "", "", 0)
	broken := func(change func(*profile.Stage)) []profile.Stage {
		s := stage("canary", "canary", "", "", 0)
		change(&s)
		return []profile.Stage{s, ok}
	}
	in := func(field string) string { return "/spec/stages[name=canary]" + field }
	selector := func(s metav1.LabelSelector) []profile.Stage {
		return broken(func(st *profile.Stage) { st.Selector = &s })
	}
	expression := func(op metav1.LabelSelectorOperator, values ...string) []profile.Stage {
		return selector(metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "ring", Operator: op, Values: values}}})
	}
	for name, c := range map[string]struct {
		stages []profile.Stage
		want   []finding
	}{
		"no stages":          {nil, []finding{{"error", "rollout.no-stages", "/spec/stages"}}},
		"no name":            {broken(func(s *profile.Stage) { s.Name = "" }), []finding{{"error", "rollout.stage-name", "/spec/stages[0]"}}},
		"name not UTF-8":     {broken(func(s *profile.Stage) { s.Name = "a\xff" }), []finding{{"error", "rollout.stage-name", "/spec/stages[0]/name"}}},
		"one name twice":     {[]profile.Stage{stage("all", "a", "", "", 0), ok}, []finding{{"error", "rollout.stage-name", "/spec/stages[1]/name"}}},
		"neither":            {broken(func(s *profile.Stage) { s.Selector = nil }), []finding{{"error", "rollout.stage-taker", in("")}}},
		"both":               {broken(func(s *profile.Stage) { s.Rest = true }), []finding{{"error", "rollout.stage-taker", "/spec/stages[name=all]/rest"}, {"error", "rollout.stage-taker", in("")}}},
		"two rests":          {broken(func(s *profile.Stage) { s.Selector, s.Rest = nil, true }), []finding{{"error", "rollout.stage-taker", "/spec/stages[name=all]/rest"}}},
		"label value":        {selector(metav1.LabelSelector{MatchLabels: map[string]string{"ring": "not a value", "a b": "x"}}), []finding{{"error", "rollout.bad-selector", in("/selector/matchLabels/a b")}, {"error", "rollout.bad-selector", in("/selector/matchLabels/ring")}}},
		"unknown operator":   {expression("Near", "x"), []finding{{"error", "rollout.bad-selector", in("/selector/matchExpressions[0]")}}},
		"In without values":  {expression(metav1.LabelSelectorOpIn), []finding{{"error", "rollout.bad-selector", in("/selector/matchExpressions[0]")}}},
		"Exists with values": {expression(metav1.LabelSelectorOpExists, "x"), []finding{{"error", "rollout.bad-selector", in("/selector/matchExpressions[0]")}}},
		"concurrency 0":      {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("0") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"concurrency 0%":     {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("0%") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"concurrency -1":     {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("-1") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"concurrency 101%":   {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("101%") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"concurrency 1.5%":   {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("1.5%") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"concurrency +5%":    {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("+5%") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"concurrency many":   {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("many") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"huge percentage":    {broken(func(s *profile.Stage) { s.MaxConcurrency = limit("99999999999999999999%") }), []finding{{"error", "rollout.bad-limit", in("/maxConcurrency")}}},
		"budget -1":          {broken(func(s *profile.Stage) { s.FailureBudget = limit("-1") }), []finding{{"error", "rollout.bad-limit", in("/failureBudget")}}},
		"budget -1%":         {broken(func(s *profile.Stage) { s.FailureBudget = limit("-1%") }), []finding{{"error", "rollout.bad-limit", in("/failureBudget")}}},
		"budget 0%":          {broken(func(s *profile.Stage) { s.FailureBudget = limit("0%") }), nil},
		"budget of all":      {broken(func(s *profile.Stage) { s.FailureBudget = limit("100%") }), []finding{{"warning", "rollout.budget-covers-stage", in("/failureBudget")}}},
		"soak -1s":           {broken(func(s *profile.Stage) { s.Soak.Duration = -time.Second }), []finding{{"error", "rollout.bad-soak", in("/soak")}}},
		"all well":           {broken(func(*profile.Stage) {}), nil},
		"everything":         {selector(metav1.LabelSelector{}), nil},
		"unplaced":           {[]profile.Stage{stage("other", "other", "", "", 0)}, []finding{{"error", "rollout.unplaced", "/spec/stages"}}},
		"unplaced, unread":   {broken(func(s *profile.Stage) { s.Selector = nil })[:1], []finding{{"error", "rollout.stage-taker", in("")}}},
	} {
		plan, diags := rollout.Compile(members("c", "canary", 3, 1), strategy(c.stages...), rollout.Options{})
		if diff := cmp.Diff(c.want, findings(diags)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (plan.Digest() == "") != diags.HasErrors() {
			t.Errorf("%s: plan %v with %v", name, plan, diags)
		}
	}
}

func TestCompileRefusesMembers(t *testing.T) {
	hop := func(from, to string) rollout.Hop { return rollout.Hop{From: from, To: to} }
	for name, c := range map[string]struct {
		members []rollout.Member
		want    string
	}{
		"no name":       {[]rollout.Member{{Key: profile.Key{Hub: "h", Namespace: "f"}}}, `cluster key "h/f/": want hub/namespace/name`},
		"slash":         {[]rollout.Member{{Key: key("a/b")}}, `cluster key "h/f/a/b": want hub/namespace/name`},
		"key not UTF-8": {[]rollout.Member{{Key: key("a\xff")}}, `cluster key "h/f/a\xff": is not UTF-8`},
		"twice":         {[]rollout.Member{member("a", "main", 1), member("b", "main", 1), member("a", "main", 2)}, "cluster h/f/a is given more than once"},
		"no move":       {[]rollout.Member{{Key: key("a"), Hops: []rollout.Hop{hop("x", "x")}}}, `cluster h/f/a: hop 1: starts and ends at "x"`},
		"gap":           {[]rollout.Member{{Key: key("a"), Hops: []rollout.Hop{hop("x", "y"), hop("z", "q")}}}, `cluster h/f/a: hop 2 starts at "z", but hop 1 ends at "y"`},
		"hop not UTF-8": {[]rollout.Member{{Key: key("a"), Hops: []rollout.Hop{hop("x", "\xff")}}}, "cluster h/f/a: hop 1: from and to are UTF-8"},
		"impact":        {[]rollout.Member{{Key: key("a"), Hops: []rollout.Hop{{To: "x", Impact: 99}}}}, "cluster h/f/a: hop 1: impact(99) is no impact"},
	} {
		_, diags := rollout.Compile(c.members, strategy(stage("all", "rest", "", "", 0)), rollout.Options{})
		want := diag.Diagnostics{{Severity: diag.Error, Code: "rollout.bad-member", Summary: c.want}}
		if diff := cmp.Diff(want, diags); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestOptionsAt: diagnostics stand where the caller says the path stands.
func TestOptionsAt(t *testing.T) {
	at := diag.Range{File: "strategies/standard.yaml", Start: diag.Position{Line: 7, Column: 5}}
	opts := rollout.Options{At: func(p diag.Path) diag.Range {
		if p.String() == "/spec/stages[name=all]/maxConcurrency" {
			return at
		}
		return diag.Range{}
	}}
	_, diags := rollout.Compile(nil, strategy(stage("all", "rest", "0", "", 0)), opts)
	want := diag.Diagnostics{{Severity: diag.Error, Code: "rollout.bad-limit", Path: "/spec/stages[name=all]/maxConcurrency", Range: at}}
	if diff := cmp.Diff(want, diags, cmpopts.IgnoreFields(diag.Diagnostic{}, "Summary")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
