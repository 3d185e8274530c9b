package rollout_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/rollout"
)

func smallPlan(t testing.TB) rollout.Plan {
	all := append(members("c", "canary", 2, 2), members("m", "main", 3, 1)...)
	all = append(all, rollout.Member{Key: key("x"), Held: "mem-base@1.0.0"})
	return mustCompile(t, all, strategy(stage("canary", "canary", "", "", time.Hour), stage("none", "none", "", "", 0), stage("rest", "rest", "50%", "1", 0)))
}

func TestPlanSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		again := through(t, plan)
		if again.Digest() != plan.Digest() || encoded(t, again) != encoded(t, plan) || again.Text() != plan.Text() {
			t.Fatalf("got %s, want %s", encoded(t, again), encoded(t, plan))
		}
		if diff := cmp.Diff(plan.Stages(), again.Stages()); diff != "" {
			t.Fatalf("stages (-want +got):\n%s", diff)
		}
	})
}

// TestPlanRefusesOtherJSON changes one thing of a good document at a time.
func TestPlanRefusesOtherJSON(t *testing.T) {
	good := encoded(t, smallPlan(t))
	for _, c := range []change{
		{"unknown field", `"strategy":`, `"calendar":"nights","strategy":`},
		{"unknown field of a stage", `"soak":"1h0m0s"`, `"soak":"1h0m0s","gate":1`},
		{"another version", "v1alpha1", "v9"},
		{"another kind", `"kind":"Plan"`, `"kind":"Snapshot"`},
		{"a negative soak", `"soak":"1h0m0s"`, `"soak":"-1h0m0s"`},
		{"a limit of another stage", `"maxConcurrency":{"count":1,"of":2}`, `"maxConcurrency":{"count":1,"of":3}`},
		{"no concurrency", `"maxConcurrency":{"count":1,`, `"maxConcurrency":{"count":0,`},
		{"too much concurrency", `"maxConcurrency":{"count":1,`, `"maxConcurrency":{"count":9,`},
		{"a negative budget", `"failureBudget":{"count":1,`, `"failureBudget":{"count":-1,`},
		{"one cluster twice", `h/f/c2`, `h/f/c1`},
		{"clusters out of order", `h/f/c1`, `h/f/c9`},
		{"one stage twice", `"name":"none"`, `"name":"canary"`},
		{"a held cluster in a stage", `{"key":"h/f/m1",`, `{"key":"h/f/m1","held":"x",`},
		{"held without reason", `,"held":"mem-base@1.0.0"}`, `}`},
		{"no key", `h/f/m1`, `m1`},
		{"a cluster without hops", `,"hops":[{"from":"v0","to":"v1","summary":"mem-base 1.0.0 -\u003e 1.1.0","impact":"node-roll"}]}`, `}`},
		{"a held cluster twice", `{"key":"h/f/x"`, `{"key":"h/f/m1"`},
		{"a stage without name", `"name":"none"`, `"name":""`},
		{"hops with a gap", `"to":"v2"`, `"to":"v1"`},
		{"unknown impact", `node-roll`, `harmless`},
		{"a limit that is not what was written", `"maxConcurrency":{"count":1,"of":3,"written":"50%"}`, `"maxConcurrency":{"count":2,"of":3,"written":"50%"}`},
		{"a limit that nobody can write", `"written":"50%"`, `"written":"half"`},
		{"an end too early", `}]}`, `}`},
	} {
		changed := sealed(c.in(t, good))
		var plan rollout.Plan
		if err := json.Unmarshal([]byte(changed), &plan); err == nil {
			t.Errorf("%s: accepted", c.reason)
		}
		if plan.Digest() != "" {
			t.Errorf("%s: the refused plan has been kept", c.reason)
		}
	}
}

// TestPlanRefusesWhole: documents that are wrong as a whole.
func TestPlanRefusesWhole(t *testing.T) {
	for reason, text := range map[string]string{
		"no stages":       sealed(`{"apiVersion":"dayzero.dev/rollout/v1alpha1","kind":"Plan","digest":"","stages":[]}`),
		"a second plan":   encoded(t, smallPlan(t)) + encoded(t, smallPlan(t)),
		"no JSON behind":  encoded(t, smallPlan(t)) + " x",
		"a brace too few": strings.TrimSuffix(encoded(t, smallPlan(t)), "}"),
	} {
		var plan rollout.Plan
		if err := plan.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s: accepted", reason)
		}
	}
}

// TestPlanIsSealed: a good plan is refused under another digest or none.
func TestPlanIsSealed(t *testing.T) {
	good := encoded(t, smallPlan(t))
	if sealed(good) != good {
		t.Fatalf("sealing changes a plan: %s", sealed(good))
	}
	for _, c := range []change{
		{"another content", `"soak":"1h0m0s"`, `"soak":"3h0m0s"`},
		{"no digest", `"digest":"` + smallPlan(t).Digest() + `",`, ""},
	} {
		var plan rollout.Plan
		if err := json.Unmarshal([]byte(c.in(t, good)), &plan); !errors.Is(err, rollout.ErrMismatch) {
			t.Errorf("%s: got %v, want ErrMismatch", c.reason, err)
		}
	}
}

// change is one difference to a good document.
type change struct{ reason, old, new string }

func (c change) in(t *testing.T, good string) string {
	changed := strings.Replace(good, c.old, c.new, 1)
	if changed == good {
		t.Fatalf("%s: nothing to change in %s", c.reason, good)
	}
	return changed
}

var realDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

var statedDigest = regexp.MustCompile(`"digest":"[^"]*",`)

// sealed states the digest that a plan's text really has, by the rule that
// Plan.Digest documents.
func sealed(plan string) string {
	bare := strings.ReplaceAll(statedDigest.ReplaceAllString(plan, ""), `\u003e`, ">")
	digest := fmt.Sprintf(`"digest":"sha256:%x",`, sha256.Sum256([]byte(bare)))
	return statedDigest.ReplaceAllString(plan, digest)
}

// halfway is a world in the middle of smallPlan: in its soak after 4 rounds, in
// its last stage after 6.
func halfway(t testing.TB, rounds int) *world {
	w := newWorld(smallPlan(t))
	for range rounds {
		w.step()
		w.dispatch(1)
		w.advance(time.Minute)
		w.step()
		w.advance(time.Minute)
		for _, name := range w.inState(rollout.InFlight) {
			w.observe(name, rollout.Healthy)
		}
		if w.last.NextWake.After(w.now) {
			w.now = w.last.NextWake
		}
	}
	return w
}

func TestRestoreRefusesOtherHistory(t *testing.T) {
	w := halfway(t, 6)
	other := mustCompile(t, members("c", "main", 3, 1), strategy(stage("all", "main", "", "", 0)))
	if _, err := rollout.Restore(other, w.machine.Snapshot(), nil); !errors.Is(err, rollout.ErrMismatch) {
		t.Errorf("another plan: got %v, want ErrMismatch", err)
	}
	for reason, change := range map[string]func([]rollout.Entry) []rollout.Entry{
		"a gap":               func(l []rollout.Entry) []rollout.Entry { return append(l[:2:2], l[3:]...) },
		"a number left out":   func(l []rollout.Entry) []rollout.Entry { l[3].Index++; return l[:4] },
		"an entry twice":      func(l []rollout.Entry) []rollout.Entry { return append(l[:2:2], l[1:]...) },
		"no beginning":        func(l []rollout.Entry) []rollout.Entry { return l[1:] },
		"time runs back":      func(l []rollout.Entry) []rollout.Entry { l[3].At = epoch.Add(-time.Hour); return l },
		"another cluster":     func(l []rollout.Entry) []rollout.Entry { l[0].Key = key("c2"); return l },
		"an unknown cluster":  func(l []rollout.Entry) []rollout.Entry { l[2].Key = key("zz"); return l },
		"another hop":         func(l []rollout.Entry) []rollout.Entry { l[2].Hop = 7; return l },
		"another token":       func(l []rollout.Entry) []rollout.Entry { l[0].Token = "forged"; return l },
		"success at dispatch": func(l []rollout.Entry) []rollout.Entry { l[2].Since = l[1].Since; return l },
		"success in future":   func(l []rollout.Entry) []rollout.Entry { l[2].Since = l[2].At.Add(time.Hour); return l },
		"no kind":             func(l []rollout.Entry) []rollout.Entry { l[2].Kind = 0; return l },
		"closed too early": func(l []rollout.Entry) []rollout.Entry {
			return append(l[:3:3], rollout.Entry{Index: 4, At: l[3].At, Kind: rollout.EntryClosed, Stage: "canary"})
		},
		"resumed unpaused": func(l []rollout.Entry) []rollout.Entry {
			return append(l[:3:3], rollout.Entry{Index: 4, At: l[3].At, Kind: rollout.EntryResumed})
		},
	} {
		log := change(append([]rollout.Entry(nil), w.stored...))
		if _, err := rollout.Restore(w.plan, rollout.Snapshot{}, log); !errors.Is(err, rollout.ErrHistory) {
			t.Errorf("%s: got %v, want ErrHistory", reason, err)
		}
	}
}

// TestRestoreRefusesOtherSnapshots changes one thing of a good snapshot at a
// time.
func TestRestoreRefusesOtherSnapshots(t *testing.T) {
	last, soak, end := halfway(t, 6), halfway(t, 4), halfway(t, 12)
	soak.step()
	inFlight := func(name string) string {
		return fmt.Sprintf(`},{"key":"h/f/%s","state":"in-flight","succeeded":0,"since":"2026-01-05T08:00:00Z"}]}`, name)
	}
	refuseSnapshots(t, last, []change{
		{"too few entries", fmt.Sprintf(`"index":%d`, last.machine.Snapshot().Index()), `"index":2`},
		{"no time", `"at":"2026`, `"at":"0000`},
		{"too many stages", `"closed":2`, `"closed":7`},
		{"less than no stages", `"closed":2`, `"closed":-1`},
		{"too few stages", `"closed":2`, `"closed":0`},
		{"all stages", `"closed":2`, `"closed":3`},
		{"done", `"phase":"running"`, `"phase":"done"`},
		{"an unknown cluster", `h/f/c1`, `h/f/zz`},
		{"a cluster twice", `h/f/c2`, `h/f/c1`},
		{"a held cluster", `h/f/m1`, `h/f/x`},
		{"not in order", `h/f/m1`, `h/f/m3`},
		{"more hops than there are", `"succeeded":2`, `"succeeded":3`},
		{"fewer hops than it takes", `"succeeded":2`, `"succeeded":1`},
		{"a negative number of hops", `"succeeded":2`, `"succeeded":-1`},
		{"waiting without a hop", `"state":"in-flight"`, `"state":"waiting"`},
		{"two clusters in one slot", `}]}`, inFlight("m2")},
		{"held", `"state":"in-flight"`, `"state":"held"`},
		{"failed beyond the budget", `"state":"succeeded"`, `"state":"failed"`},
		{"a later time", `"since":"2026`, `"since":"2027`},
	})
	refuseSnapshots(t, soak, []change{
		{"a soak cut short", `"settled":"2026`, `"settled":"2025`},
		{"a soak without end", `"settled":"2026`, `"settled":"2027`},
		{"a cluster before its turn", `}]}`, inFlight("m1")},
	})
	refuseSnapshots(t, end, []change{{"a cluster twice", `}]}`, inFlight("m3")}})
}

func refuseSnapshots(t *testing.T, w *world, changes []change) {
	good := encoded(t, w.machine.Snapshot())
	for _, c := range changes {
		var s rollout.Snapshot
		if err := json.Unmarshal([]byte(c.in(t, good)), &s); err != nil {
			t.Errorf("%s: decoding: %v", c.reason, err)
		}
		if _, err := rollout.Restore(w.plan, s, nil); !errors.Is(err, rollout.ErrHistory) {
			t.Errorf("%s: got %v, want ErrHistory", c.reason, err)
		}
	}
}

func TestSnapshotRefusesOtherJSON(t *testing.T) {
	good := encoded(t, halfway(t, 6).machine.Snapshot())
	for _, c := range []change{
		{"another version", "v1alpha1", "v9"},
		{"another kind", `"kind":"Snapshot"`, `"kind":"Plan"`},
		{"unknown field", `"index":`, `"frozen":true,"index":`},
		{"unknown state", `"state":"in-flight"`, `"state":"resting"`},
		{"unknown phase", `"phase":"running"`, `"phase":"walking"`},
		{"no key", `h/f/c1`, `c1`},
	} {
		var s rollout.Snapshot
		if err := json.Unmarshal([]byte(c.in(t, good)), &s); err == nil {
			t.Errorf("%s: accepted", c.reason)
		}
	}
}

func TestZeroSnapshotIsTheStart(t *testing.T) {
	plan := smallPlan(t)
	m, err := rollout.Restore(plan, through(t, rollout.Snapshot{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := encoded(t, m.Snapshot()), encoded(t, rollout.NewMachine(plan).Snapshot()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzPlan feeds hostile plans. What is accepted is a plan: it reads back as
// itself, and its machine comes to its end.
func FuzzPlan(f *testing.F) {
	f.Add([]byte(encoded(f, smallPlan(f))))
	f.Add([]byte(`{"apiVersion":"dayzero.dev/rollout/v1alpha1","kind":"Plan","stages":[{"name":"a","members":[{"key":"a/b/c"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var plan rollout.Plan
		err := json.Unmarshal(data, &plan)
		if errors.Is(err, rollout.ErrMismatch) {
			// A wrong digest hides whatever else is wrong: state the right one.
			right := fmt.Sprintf(`"digest":%q,`, realDigest.FindString(err.Error()))
			err = json.Unmarshal(statedDigest.ReplaceAll(data, []byte(right)), &plan)
		}
		if err != nil {
			return
		}
		if again := through(t, plan); again.Digest() != plan.Digest() {
			t.Fatalf("%s reads back as %s", encoded(t, plan), encoded(t, again))
		}
		rollout.Forecast(plan, rollout.ByImpact(nil), epoch)
	})
}

// FuzzRestore feeds hostile snapshots and logs to a plan. What is accepted
// keeps the promises that an outsider can see from then on.
func FuzzRestore(f *testing.F) {
	w := halfway(f, 6)
	plan := w.plan
	f.Add([]byte(encoded(f, w.machine.Snapshot())), []byte(encoded(f, w.stored)))
	f.Add([]byte("{}"), []byte(encoded(f, w.stored)))
	f.Add([]byte(`{"apiVersion":"dayzero.dev/rollout/v1alpha1","kind":"Snapshot","plan":"","index":0}`), []byte(encoded(f, w.stored[:4])))
	f.Fuzz(func(t *testing.T, snapshot, log []byte) {
		var s rollout.Snapshot
		var entries []rollout.Entry
		if json.Unmarshal(snapshot, &s) != nil || json.Unmarshal(log, &entries) != nil {
			return
		}
		m, err := rollout.Restore(plan, s, entries)
		if err != nil {
			return
		}
		if again, err := rollout.Restore(plan, m.Snapshot(), nil); err != nil || encoded(t, again.Snapshot()) != encoded(t, m.Snapshot()) {
			t.Fatalf("the snapshot %s is not restored: %v", encoded(t, m.Snapshot()), err)
		}
		for _, stage := range plan.Stages() {
			for _, member := range stage.Members {
				m.Explain(member.Key)
			}
		}
		if _, err := m.Step([]rollout.Event{rollout.Resume{}}, epoch.AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		for i, s := range m.Status().Stages {
			if limit := plan.Stages()[i].MaxConcurrency.Count; s.Active > limit || s.Waiting < 0 {
				t.Fatalf("%v", s)
			}
		}
	})
}
