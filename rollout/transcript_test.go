package rollout_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/rollout"
)

var update = flag.Bool("update", false, "write the transcripts in testdata")

// TestTranscripts runs the scripts in testdata. A script is a list of blocks:
// commands, a line "----", what they print, an empty line. Lines that start
// with # are comments. The commands are the methods of script.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runTranscript(t, file) })
	}
}

func runTranscript(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := (&script{}).run(string(text))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

type script struct {
	members  []rollout.Member
	strategy profile.Strategy
	world    *world
	manual   bool
	out      strings.Builder
}

// run gives the script with the output that its commands have now.
func (s *script) run(text string) string {
	var result strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		commands, _, hasOutput := strings.Cut(block, "----")
		result.WriteString(commands)
		s.out.Reset()
		for line := range strings.SplitSeq(commands, "\n") {
			if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "#" {
				s.command(fields[0], fields[1:])
			}
		}
		if hasOutput || s.out.Len() > 0 {
			result.WriteString("----\n" + s.output())
		}
		result.WriteString("\n\n")
	}
	return strings.TrimRight(result.String(), "\n") + "\n"
}

// output has no empty lines, which end a block.
func (s *script) output() string {
	text := strings.ReplaceAll(s.out.String(), "h/f/", "")
	return strings.TrimRight(strings.ReplaceAll(text, "\n\n", "\n"), "\n")
}

func (s *script) command(name string, args []string) {
	commands := map[string]func([]string){
		"cluster": s.cluster, "strategy": s.strategyNamed, "stage": s.stage, "compile": s.compile, "by-hand": s.byHand,
		"step": s.step, "dispatch": s.dispatch, "report": s.report, "pause": s.pause, "resume": s.resume, "halt": s.halt,
		"restart": s.restart, "clock": s.clock, "explain": s.explain, "status": s.status, "forecast": s.forecast,
	}
	run, ok := commands[name]
	if !ok {
		fmt.Fprintf(&s.out, "unknown command %q, want one of %v\n", name, slices.Sorted(maps.Keys(commands)))
		return
	}
	run(args)
}

// options splits words from name=value pairs.
func options(args []string) (words []string, named map[string]string) {
	named = map[string]string{}
	for _, a := range args {
		if name, value, ok := strings.Cut(a, "="); ok {
			named[name] = value
		} else {
			words = append(words, a)
		}
	}
	return words, named
}

func duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	return d
}

// cluster NAME... ring=RING [hops=N] [held=REASON]
func (s *script) cluster(args []string) {
	names, named := options(args)
	hops := 1
	if n, ok := named["hops"]; ok {
		hops, _ = strconv.Atoi(n)
	}
	for _, name := range names {
		m := member(name, named["ring"], hops)
		m.Held = named["held"]
		s.members = append(s.members, m)
	}
}

// strategy NAME
func (s *script) strategyNamed(args []string) { s.strategy.Metadata.Name = args[0] }

// stage NAME ring=RING|rest [concurrency=N] [budget=N] [soak=D]
func (s *script) stage(args []string) {
	words, named := options(args)
	soak := time.Duration(0)
	if text, ok := named["soak"]; ok {
		soak = duration(text)
	}
	s.strategy.Spec.Stages = append(s.strategy.Spec.Stages, stage(words[0], named["ring"], named["concurrency"], named["budget"], soak))
}

// compile
func (s *script) compile([]string) {
	plan, diags := rollout.Compile(s.members, s.strategy, rollout.Options{})
	s.out.WriteString(diags.Text(nil))
	if !diags.HasErrors() {
		s.out.WriteString(plan.Text())
		s.world = newWorld(plan)
	}
}

// by-hand: from here on actions are carried out by dispatch only.
func (s *script) byHand([]string) { s.manual = true }

// dispatch [generation=N] carries out the actions; by-hand scripts only.
func (s *script) dispatch(args []string) {
	_, named := options(args)
	generation, _ := strconv.ParseInt(named["generation"], 10, 64)
	s.world.dispatch(generation)
}

var healths = map[string]rollout.Health{"ok": rollout.Healthy, "failing": rollout.Failing, "progressing": rollout.Progressing, "unknown": rollout.Unknown}

// step [D] [CLUSTER=ok|failing|progressing|unknown]... moves the clock, looks
// at clusters, and steps.
func (s *script) step(args []string) {
	if len(args) > 0 && !strings.Contains(args[0], "=") {
		s.world.advance(duration(args[0]))
		args = args[1:]
	}
	for _, a := range args {
		name, health, _ := strings.Cut(a, "=")
		s.world.observe(name, healths[health])
	}
	s.print(s.world.step())
	if !s.manual {
		s.world.dispatch(1)
	}
}

// report CLUSTER HEALTH [target=T] [generation=N] [ago=D] queues one
// observation, whatever the cluster is on.
func (s *script) report(args []string) {
	words, named := options(args)
	o := rollout.Observed{Key: key(words[0]), Health: healths[words[1]], Target: named["target"], At: s.world.now}
	o.Generation, _ = strconv.ParseInt(named["generation"], 10, 64)
	if ago, ok := named["ago"]; ok {
		o.At = o.At.Add(-duration(ago))
	}
	s.world.events = append(s.world.events, o)
}

func (s *script) queue(e rollout.Event) { s.world.events = append(s.world.events, e) }

// pause REASON...
func (s *script) pause(args []string) { s.queue(rollout.Pause{Reason: strings.Join(args, " ")}) }

// resume
func (s *script) resume([]string) { s.queue(rollout.Resume{}) }

// halt REASON...
func (s *script) halt(args []string) { s.queue(rollout.Halt{Reason: strings.Join(args, " ")}) }

// restart forgets the machine and restores it from its log.
func (s *script) restart([]string) {
	if err := s.world.restart(len(s.world.stored) / 2); err != nil {
		fmt.Fprintln(&s.out, err)
	}
}

// clock D moves the clock, back where D is negative.
func (s *script) clock(args []string) { s.world.advance(duration(args[0])) }

// explain CLUSTER...
func (s *script) explain(args []string) {
	for _, name := range args {
		x, ok := s.world.machine.Explain(key(name))
		if !ok {
			fmt.Fprintf(&s.out, "%s is not in the plan\n", name)
			continue
		}
		fmt.Fprintln(&s.out, x)
	}
}

// status
func (s *script) status([]string) { fmt.Fprintln(&s.out, s.world.machine.Status()) }

// forecast D
func (s *script) forecast(args []string) {
	d := duration(args[0])
	fmt.Fprintln(&s.out, rollout.Forecast(s.world.plan, func(profile.Key, rollout.Hop) time.Duration { return d }, s.world.now))
}

func (s *script) print(ready rollout.Ready) {
	fmt.Fprintf(&s.out, "%s", s.world.now.Format("Mon 15:04"))
	if ready.Phase != rollout.Running {
		fmt.Fprintf(&s.out, " %v", ready.Phase)
	}
	if !ready.NextWake.IsZero() {
		fmt.Fprintf(&s.out, ", wake %s", ready.NextWake.Format("Mon 15:04"))
	}
	fmt.Fprintln(&s.out)
	for _, e := range ready.Log {
		fmt.Fprintf(&s.out, "  log %v\n", e)
	}
	for _, a := range ready.Actions {
		fmt.Fprintf(&s.out, "  %v\n", a)
	}
}
