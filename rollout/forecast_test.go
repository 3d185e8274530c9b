package rollout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// TestForecastIsWhatHappens runs plans with a caller that looks at all clusters
// every minute, and holds what it saw against the forecast. Polling more often
// than NextWake asks for must change nothing.
func TestForecastIsWhatHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		minutes := map[string]int{}
		durations := func(k profile.Key, h rollout.Hop) time.Duration {
			return time.Duration(minutes[k.Name+h.To]) * time.Minute
		}
		for _, s := range plan.Stages() {
			for _, m := range s.Members {
				for _, h := range m.Hops {
					minutes[m.Key.Name+h.To] = rapid.IntRange(1, 40).Draw(t, "minutes")
				}
			}
		}
		want := rollout.Forecast(plan, durations, epoch)
		if diff := cmp.Diff(want, lived(plan, durations)); diff != "" {
			t.Fatalf("(-forecast +lived):\n%s", diff)
		}
	})
}

// lived is the timeline as read off the log of a caller who polls.
func lived(plan rollout.Plan, durations rollout.Durations) rollout.Timeline {
	w := newWorld(plan)
	due := map[profile.Key]rollout.Observed{}
	for {
		ready := w.step()
		for _, a := range ready.Actions {
			due[a.Key] = rollout.Observed{Key: a.Key, Target: a.Hop.To, Health: rollout.Healthy, At: w.now.Add(durations(a.Key, a.Hop)), Generation: 1}
		}
		w.dispatch(1)
		w.step()
		if ready.Phase == rollout.Done {
			return readTimeline(plan, w.stored)
		}
		w.advance(time.Minute)
		for _, s := range plan.Stages() {
			for _, m := range s.Members {
				if o, ok := due[m.Key]; ok && !o.At.After(w.now) {
					w.events = append(w.events, o)
					delete(due, m.Key)
				}
			}
		}
	}
}

// readTimeline derives a timeline from the log alone.
func readTimeline(plan rollout.Plan, log []rollout.Entry) rollout.Timeline {
	line := rollout.Timeline{Start: epoch, End: log[len(log)-1].At, Stages: []rollout.StageSpan{}}
	active := 0
	span := rollout.StageSpan{}
	for _, e := range log {
		switch e.Kind {
		case rollout.EntryReserved:
			if span.Start.IsZero() {
				span.Start = e.At
			}
			active++
			span.MaxInFlight = max(span.MaxInFlight, active)
		case rollout.EntrySucceeded:
			active--
			span.Settled = e.At
		case rollout.EntryClosed:
			stage := plan.Stages()[len(line.Stages)]
			span.Name, span.Clusters, span.Closed = e.Stage, len(stage.Members), e.At
			if len(stage.Members) == 0 {
				span.Start, span.Settled = e.At, e.At
			}
			line.Stages = append(line.Stages, span)
			span = rollout.StageSpan{}
		}
	}
	return line
}

// TestForecastByHand counts one plan by hand: five clusters, two at a time, 40
// minutes each, are three rounds; then they soak.
func TestForecastByHand(t *testing.T) {
	plan := mustCompile(t, members("c", "main", 5, 1), strategy(stage("none", "none", "", "", time.Hour), stage("all", "main", "2", "", 24*time.Hour)))
	got := rollout.Forecast(plan, rollout.ByImpact(map[profile.Impact]time.Duration{profile.NodeRoll: 40 * time.Minute}), epoch)
	want := rollout.Timeline{
		Start: epoch, End: epoch.Add(26 * time.Hour),
		Stages: []rollout.StageSpan{
			{Name: "none", Start: epoch, Settled: epoch, Closed: epoch},
			{Name: "all", Clusters: 5, Start: epoch, Settled: epoch.Add(2 * time.Hour), Closed: epoch.Add(26 * time.Hour), MaxInFlight: 2},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestByImpact(t *testing.T) {
	durations := rollout.ByImpact(map[profile.Impact]time.Duration{profile.InPlace: time.Minute, profile.NodeRoll: time.Hour})
	want := []time.Duration{0, 0, time.Minute, time.Minute, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour}
	var got []time.Duration
	for i := range want {
		got = append(got, durations(key("c"), rollout.Hop{Impact: profile.Impact(i)}))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestForecastHasNoInstantHops: a hop of no duration takes a second, since
// nothing can be observed later than its dispatch at the same instant.
func TestForecastHasNoInstantHops(t *testing.T) {
	plan := mustCompile(t, members("c", "main", 3, 1), strategy(stage("all", "main", "", "", 0)))
	if got, want := rollout.Forecast(plan, rollout.ByImpact(nil), epoch).End, epoch.Add(3*time.Second); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
