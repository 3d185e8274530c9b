package rollout_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

// bigFleet has n clusters over 20 rings, each with two hops between digests of
// real length.
func bigFleet(n int) []rollout.Member {
	digest := func(version, i int) string { return fmt.Sprintf("sha256:%056d%08d", version, i) }
	all := make([]rollout.Member, n)
	for i := range all {
		at := (i * 7919) % n // not in order
		all[i] = rollout.Member{
			Key:    profile.Key{Hub: fmt.Sprintf("eu-%d", at%16), Namespace: "fleet", Name: fmt.Sprintf("store-%06d", at)},
			Labels: map[string]string{"ring": fmt.Sprintf("r%02d", at%20), "region": "eu-west-1", "tier": "edge", "customer": fmt.Sprint(at % 100)},
			Hops: []rollout.Hop{
				{From: digest(0, at), To: digest(1, at), Summary: "mem-base 1.0.0 -> 1.1.0, kubernetes 1.34.1 -> 1.35.0", Impact: profile.NodeRoll},
				{From: digest(1, at), To: digest(2, at), Summary: "mem-base 1.1.0 -> 1.2.0, kubernetes 1.35.0 -> 1.36.0", Impact: profile.NodeRoll},
			},
		}
	}
	return all
}

// bigStrategy has 20 stages; the last one takes the rest.
func bigStrategy() profile.Strategy {
	var stages []profile.Stage
	for i := range 19 {
		stages = append(stages, stage(fmt.Sprintf("s%02d", i), fmt.Sprintf("r%02d", i), "10%", "5%", time.Hour))
	}
	return strategy(append(stages, stage("rest", "rest", "10%", "5%", time.Hour))...)
}

func BenchmarkCompile100k(b *testing.B) {
	fleet, s := bigFleet(100_000), bigStrategy()
	b.ReportAllocs()
	for b.Loop() {
		mustCompile(b, fleet, s)
	}
}

func BenchmarkCompile10k(b *testing.B) {
	fleet, s := bigFleet(10_000), bigStrategy()
	b.ReportAllocs()
	for b.Loop() {
		mustCompile(b, fleet, s)
	}
}

// BenchmarkStep1000 delivers 1,000 successes of clusters on a hop in a plan of
// 100,000, which dispatches the next 1,000.
func BenchmarkStep1000(b *testing.B) {
	plan := mustCompile(b, bigFleet(100_000), strategy(stage("all", "rest", "1000", "", 0)))
	m, now := rollout.NewMachine(plan), epoch
	step := func(events []rollout.Event) rollout.Ready {
		ready, err := m.Step(events, now)
		if err != nil {
			b.Fatal(err)
		}
		return ready
	}
	ready := step(nil)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		if len(ready.Actions) == 0 {
			m = rollout.NewMachine(plan)
			ready = step(nil)
		}
		now = now.Add(time.Minute)
		dispatched := make([]rollout.Event, 0, len(ready.Actions))
		observed := make([]rollout.Event, 0, len(ready.Actions))
		for _, a := range ready.Actions {
			dispatched = append(dispatched, rollout.Dispatched{Key: a.Key, Token: a.Token, At: now})
			observed = append(observed, rollout.Observed{Key: a.Key, Target: a.Hop.To, Health: rollout.Healthy, At: now.Add(time.Minute)})
		}
		step(dispatched)
		now = now.Add(time.Minute)
		b.StartTimer()
		ready = step(observed)
	}
}

// BenchmarkIdle steps a plan of 100,000 in which nothing happens.
func BenchmarkIdle(b *testing.B) {
	m := rollout.NewMachine(mustCompile(b, bigFleet(100_000), bigStrategy()))
	if _, err := m.Step(nil, epoch); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = m.Step(nil, epoch.Add(time.Minute))
	}
}

func BenchmarkForecast100k(b *testing.B) {
	plan := mustCompile(b, bigFleet(100_000), bigStrategy())
	durations := rollout.ByImpact(map[profile.Impact]time.Duration{profile.NodeRoll: 40 * time.Minute})
	b.ReportAllocs()
	for b.Loop() {
		rollout.Forecast(plan, durations, epoch)
	}
}

// BenchmarkRestore100k restores a plan of 100,000 of which a tenth has begun,
// from JSON.
func BenchmarkRestore100k(b *testing.B) {
	plan := mustCompile(b, bigFleet(100_000), strategy(stage("all", "rest", "10%", "", 0)))
	m := rollout.NewMachine(plan)
	if _, err := m.Step(nil, epoch); err != nil {
		b.Fatal(err)
	}
	data := []byte(encoded(b, m.Snapshot()))
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var s rollout.Snapshot
		if err := json.Unmarshal(data, &s); err != nil {
			b.Fatal(err)
		}
		if _, err := rollout.Restore(plan, s, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	fleet := bigFleet(100_000)
	m := rollout.NewMachine(mustCompile(b, fleet, bigStrategy()))
	if _, err := m.Step(nil, epoch); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Explain(fleet[len(fleet)/2].Key)
	}
}
