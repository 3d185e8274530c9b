package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// lock compares the fleet with its lock: what no line pins, what differs from
// what was locked, and lines for clusters and versions that are gone.
func (f *fleet) lock(documents []profile.Document, opts Options) diag.Diagnostics {
	var unlocked, moved []profile.Key
	waiting := map[profile.Ref][]profile.Key{}
	for _, m := range f.members {
		if m.unlocked {
			unlocked = append(unlocked, m.key)
		}
		for _, overlay := range m.waiting {
			waiting[overlay] = append(waiting[overlay], m.key)
		}
		if m.moved {
			moved = append(moved, m.key)
		}
	}
	var out diag.Diagnostics
	if len(unlocked) > 0 {
		out = append(out, aboutClusters("validate.unlocked", documents, unlocked, "no line of the lock pins %s: %s").
			WithDetail("a name without version then means the latest one, and publishing another moves the cluster; write the lock"))
	}
	if len(moved) > 0 {
		out = append(out, aboutClusters("validate.lock-differs", documents, moved, "the lock was written for another stack of %s: %s").
			WithDetail("documents changed since then; a rollout brings the change to the clusters and writes the lock"))
	}
	for _, overlay := range slices.SortedFunc(maps.Keys(waiting), profile.Ref.Compare) {
		out = append(out, aboutClusters("validate.overlay-waiting", documents, waiting[overlay], "overlay "+overlay.String()+" matches, but the lock does not name it for %s: %s").
			WithDetail("it does nothing there yet; a rollout brings it and writes the lock"))
	}
	if opts.Loaded.HasErrors() {
		return out // a cluster that could not be read is not gone
	}
	return slices.Concat(out, f.stale(), f.pins())
}

// pins are versions that lines pin and that are not what their clusters are at.
func (f *fleet) pins() diag.Diagnostics {
	lost, idle := map[profile.Ref][]profile.Key{}, map[profile.Ref][]profile.Key{}
	for _, m := range f.members {
		for _, pin := range m.lost {
			lost[pin] = append(lost[pin], m.key)
		}
		for _, pin := range m.idle {
			idle[pin] = append(idle[pin], m.key)
		}
	}
	var out diag.Diagnostics
	for _, pin := range slices.SortedFunc(maps.Keys(lost), profile.Ref.Compare) {
		out = append(out, diag.Errorf("validate.lock-missing", f.line(lost[pin]), "the lock pins %s, which the library does not have, for %s: %s", pin, count(len(lost[pin]), "cluster"), someOf(lost[pin])).
			WithDetail("bring the version back, or write the lock: its line loses the pin"))
	}
	for _, pin := range slices.SortedFunc(maps.Keys(idle), profile.Ref.Compare) {
		out = append(out, diag.Warningf("validate.lock-unused", f.line(idle[pin]), "the lock pins %s, which is not what the documents give, for %s: %s", pin, count(len(idle[pin]), "cluster"), someOf(idle[pin])).
			WithDetail("the cluster names another version, or nothing names it any more; a rollout brings the change and writes the lock"))
	}
	return out
}

// line is the line of the first of the clusters.
func (f *fleet) line(keys []profile.Key) diag.Range {
	entry, _ := f.workspace.Lock().Entry(keys[0])
	return entry.Range()
}

// aboutClusters is one information about many clusters, at the first of them.
func aboutClusters(code string, documents []profile.Document, keys []profile.Key, format string) diag.Diagnostic {
	path := diag.Fields("spec", "profiles")
	var at diag.Range
	for _, d := range documents {
		if d.Kind == "Cluster" && d.Name == "cluster "+keys[0].String() {
			at = d.KeyAt(path)
		}
	}
	return diag.Informationf(code, at, format, count(len(keys), "cluster"), someOf(keys)).WithPath(path)
}

// stale are lines of the lock whose clusters are not in the fleet.
func (f *fleet) stale() diag.Diagnostics {
	var out diag.Diagnostics
	for _, e := range f.workspace.Lock().Entries() {
		if _, ok := f.workspace.Cluster(e.Key); !ok {
			out = append(out, diag.Warningf("validate.lock-stale", e.Range(), "the lock has a line for %s, which is not in the fleet", e.Key).
				WithDetail("remove the line, or bring the cluster back"))
		}
	}
	return out
}

// named is how many clusters a message names.
const named = 3

func someOf(keys []profile.Key) string {
	texts := make([]string, min(len(keys), named))
	for i := range texts {
		texts[i] = keys[i].String()
	}
	list := strings.Join(texts, ", ")
	if more := len(keys) - named; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// count spells a number of things: "1 cluster", "2 clusters".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
