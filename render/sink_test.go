package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dayzero-sdk/dayzero/render"
)

func streamOf(tb testing.TB, bundles ...render.Bundle) string {
	tb.Helper()
	var out bytes.Buffer
	if err := render.WriteYAML(&out, bundles...); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// TestWriteYAMLPhases shows the headings of a stream: the set of both clusters
// of a hub once, then one cluster after the other, phases numbered throughout.
func TestWriteYAMLPhases(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	stream := streamOf(t, bundles["a"], bundles["b"])
	want := []string{
		"# phase 1: shared: hub definitions",
		"# phase 2: shared: hub configuration",
		"# phase 3: hub/fleet/a: hub workloads",
		"# phase 4: hub/fleet/a: workload case/app configuration",
		"# phase 5: hub/fleet/b: hub workloads",
		"# phase 6: hub/fleet/b: workload case/app configuration",
	}
	if diff := cmp.Diff(want, regexp.MustCompile(`(?m)^#.*$`).FindAllString(stream, -1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWriteYAMLReadsBack: kubectl finds the objects of the bundles in a stream,
// each shared one once for each hub, in the order of application.
func TestWriteYAMLReadsBack(t *testing.T) {
	bundles := bundlesOf(t, twoHubs)
	objects, diags := render.Objects("stream", []byte(streamOf(t, bundles["a"], bundles["b"], bundles["c"])))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	var got, want []string
	for _, o := range objects {
		got = append(got, o.Digest())
	}
	var sets []render.Item
	for _, name := range []string{"a", "c"} { // b shares a's set
		for _, s := range bundles[name].Shared() {
			sets = append(sets, s.Items...)
		}
	}
	slices.SortStableFunc(sets, func(x, y render.Item) int {
		if c := x.Phase.Compare(y.Phase); c != 0 {
			return c
		}
		return x.Key().Compare(y.Key())
	})
	for _, item := range sets {
		want = append(want, item.Digest())
	}
	for _, name := range []string{"a", "b", "c"} {
		for _, item := range bundles[name].Own() {
			want = append(want, item.Digest())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWriteYAMLOfExample reads the whole example back.
func TestWriteYAMLOfExample(t *testing.T) {
	ws, renderer := loadExample(t), newRenderer()
	var bundles []render.Bundle
	count, sets := 0, map[string]int{}
	for key := range ws.Clusters() {
		b := renderOne(t, ws, renderer, key)
		bundles = append(bundles, b)
		count += len(b.Own())
		for _, s := range b.Shared() {
			sets[s.Digest] = len(s.Items)
		}
	}
	for _, n := range sets {
		count += n
	}
	objects, diags := render.Objects("stream", []byte(streamOf(t, bundles...)))
	if len(diags) > 0 || len(objects) != count {
		t.Errorf("%d objects, want %d; %v", len(objects), count, diags)
	}
}

type broken struct{}

var errBroken = errors.New("the pipe is closed")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteYAMLReportsTheWriter(t *testing.T) {
	if err := render.WriteYAML(broken{}, bundlesOf(t, twoHubs)["a"]); !errors.Is(err, errBroken) {
		t.Errorf("%v, want %v", err, errBroken)
	}
}

// TestPhases: the phases of a bundle are its objects in order, in groups that
// never come twice.
func TestPhases(t *testing.T) {
	ws, renderer := loadExample(t), newRenderer()
	for key := range ws.Clusters() {
		b := renderOne(t, ws, renderer, key)
		var grouped, all []string
		var last render.Phase
		for phase, objects := range b.Phases() {
			if last.Compare(phase) >= 0 {
				t.Fatalf("%v: phase %v comes after %v", key, phase, last)
			}
			last = phase
			for _, o := range objects {
				grouped = append(grouped, fmt.Sprint(phase.Target, o.Digest()))
			}
		}
		for item := range b.All() {
			all = append(all, fmt.Sprint(item.Phase.Target, item.Digest()))
		}
		if diff := cmp.Diff(all, grouped); diff != "" {
			t.Fatalf("%v (-all +grouped):\n%s", key, diff)
		}
		hub, workload := b.Objects(render.Hub), b.Objects(render.Workload)
		if len(hub)+len(workload) != len(all) || !strings.HasPrefix(all[0], "hub") {
			t.Fatalf("%v: %d on the hub, %d on the cluster, %d in all", key, len(hub), len(workload), len(all))
		}
		break
	}
}
