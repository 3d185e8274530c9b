package conformance_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

var shapes = rapid.Custom(func(t *rapid.T) shape { return draw{t}.shape() })

// tree is a mapping of a document.
type tree = map[string]any

// shape is a generated workspace of one cluster: its own infrastructure profile
// and an add-on profile that contributes to the same objects.
type shape struct {
	base, addOn, cluster tree
	capi                 tree     // what the base's Kubernetes layer contributes
	extra                tree     // what the add-on contributes
	override             tree     // what the cluster puts over it
	classes              []string // worker classes that capi defines
	poolScoped           bool     // a variable makes a class for each pool
}

// GoString is how a failing shape is reported: as the files to reproduce it.
func (s shape) GoString() string {
	var b strings.Builder
	fsys := s.fs()
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		fmt.Fprintf(&b, "\n-- %s --\n%s", name, fsys[name].Data)
	}
	return b.String()
}

func (s shape) fs() fstest.MapFS {
	document := func(v any) *fstest.MapFile {
		data, err := yaml.Marshal(v)
		if err != nil {
			panic(err)
		}
		return &fstest.MapFile{Data: data}
	}
	name := s.base["metadata"].(tree)["name"].(string)
	return fstest.MapFS{
		"library/" + name + "/1.0.0/profile.yaml": document(s.base),
		"library/add-on/1.0.0/profile.yaml":       document(s.addOn),
		"hubs/hub.yaml":                           document(envelope("Hub", tree{"name": "hub"}, tree{"clusterAPI": tree{"version": "1.14.0", "featureGates": []any{"MachineTaintPropagation"}}})),
		"fleet/cluster.yaml":                      document(s.cluster),
	}
}

func envelope(kind string, metadata, spec tree) tree {
	return tree{"apiVersion": "dayzero.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
}

// draw makes shapes. A field is there or not; what is there is valid upstream.
type draw struct{ *rapid.T }

func one[T any](d draw, from ...T) T { return rapid.SampledFrom(from).Draw(d.T, "one") }

func (d draw) number(low, high int) int { return rapid.IntRange(low, high).Draw(d.T, "number") }
func (d draw) chance() bool             { return rapid.Bool().Draw(d.T, "there") }
func (d draw) name(longest int) string {
	return rapid.StringMatching(fmt.Sprintf(`[a-z]([-a-z0-9]{0,%d}[a-z0-9])?`, longest-2)).Draw(d.T, "name")
}

// part is an optional field of a tree.
type part struct {
	field string
	value func() any
}

// some picks among parts; nothing picked gives nil.
func (d draw) some(parts ...part) tree {
	var out tree
	for _, p := range parts {
		if !d.chance() {
			continue
		}
		v := p.value()
		if m, ok := v.(tree); ok && m == nil {
			continue
		}
		if out == nil {
			out = tree{}
		}
		out[p.field] = v
	}
	return out
}

// value, seconds and so on make fields.
func (d draw) value(field string, from ...any) part {
	return part{field, func() any { return one(d, from...) }}
}

func (d draw) seconds(field string) part {
	return part{field, func() any { return d.number(0, 3600) }}
}

func (d draw) group(field string, parts ...part) part {
	return part{field, func() any { return d.some(parts...) }}
}

func nested(field string, value func() tree) part {
	return part{field, func() any { return value() }}
}

// list has 1 to 3 of the items, in any order.
func (d draw) list(field string, items ...any) part {
	return part{field, func() any { return d.sample(items) }}
}

func (d draw) sample(items []any) []any {
	order := rapid.Permutation(items).Draw(d.T, "order")
	return slices.Clone(order[:d.number(1, min(3, len(order)))])
}

func (d draw) labels() map[string]any {
	pool := map[string]string{"tier": "edge", "example.com/team": "store-ops", "empty": "", "example.com/zone": "A_1.b"}
	out := map[string]any{}
	for _, k := range slices.Sorted(maps.Keys(pool)) {
		if d.chance() {
			out[k] = pool[k]
		}
	}
	out["app"] = one(d, "a", "b")
	return out
}

func (d draw) metadata(field string) part {
	return d.group(field,
		part{"labels", func() any { return d.labels() }},
		d.value("annotations", tree{"example.com/note": "keep: {this} as it is, \"yes\" and 0x1F"}, tree{"example.com/n": "1"}),
	)
}

func (d draw) shape() shape {
	s := shape{poolScoped: d.chance()}
	for range d.number(0, 3) {
		if name := d.name(40); !slices.Contains(s.classes, name) {
			s.classes = append(s.classes, name)
		}
	}
	s.capi, s.extra, s.override = d.contribution(s.classes), d.addOn(), d.overlay()
	s.base = d.profile(s)
	s.addOn = envelope("Profile", tree{"name": "add-on"}, tree{
		"version": "1.0.0", "owner": "security", "kind": "AddOn",
		"layers": []any{layer("hardening", "Security", tree{"name": "hardening", "version": "1.0.0"}, s.extra)},
	})
	s.cluster = d.cluster(s)
	return s
}

func layer(name, kind string, component, capi tree) tree {
	out := tree{"name": name, "kind": kind, "component": component}
	if capi != nil {
		out["capi"] = capi
	}
	return out
}

func (d draw) profile(s shape) tree {
	scope := "cluster"
	if s.poolScoped {
		scope = "pool"
	}
	none := tree{"none": "simulated machines"}
	return envelope("Profile", tree{"name": "base-" + d.name(50)}, tree{
		"version": "1.0.0", "owner": "platform", "kind": "Infrastructure",
		"variables": []any{
			tree{"name": "podCIDR", "type": "cidr", "default": "10.244.0.0/16"},
			tree{"name": "maxPods", "type": "integer", "min": 30, "max": 250, "default": 110, "scope": scope},
			tree{"name": "zone", "type": "enum", "enum": []any{"a", "b"}, "default": "a"},
		},
		"layers": []any{
			layer("infrastructure", "Infrastructure", tree{"name": "in-memory", "version": "1.14.0"}, d.infrastructure()),
			layer("os", "OS", none, nil),
			layer("kubernetes", "Kubernetes", tree{"name": "kubernetes", "version": one(d, "1.34.2", "1.35.0", "1.36.3+vendor.1")}, s.capi),
			layer("cni", "Network", none, nil),
			layer("csi", "Storage", none, nil),
		},
	})
}

func (d draw) infrastructure() tree {
	const version = "infrastructure.cluster.x-k8s.io/v1beta2"
	return tree{
		"infrastructure": tree{"apiVersion": version, "kind": "DevClusterTemplate", "spec": tree{"backend": tree{"inMemory": tree{}}}},
		"nodes":          tree{"machine": tree{"apiVersion": version, "kind": "DevMachineTemplate", "spec": tree{"backend": tree{"inMemory": d.simulated()}}}},
	}
}

func (d draw) simulated() tree {
	provisioning := func(field string) part {
		return part{field, func() any {
			return tree{"provisioning": tree{"startupDuration": one(d, "1s", "2m0s"), "startupJitter": one(d, "0.2", "0")}}
		}}
	}
	if out := d.some(provisioning("vm"), provisioning("node"), provisioning("apiServer"), provisioning("etcd")); out != nil {
		return out
	}
	return tree{}
}

func (d draw) cluster(s shape) tree {
	name := s.base["metadata"].(tree)["name"].(string)
	spec := tree{"profiles": []any{name, "add-on"}, "variables": tree{"podCIDR": one(d, "10.1.0.0/16", "fd00:10::/56")}, "pools": d.pools(s)}
	if !s.poolScoped {
		spec["variables"].(tree)["maxPods"] = d.number(30, 250)
	}
	if s.override != nil {
		spec["overrides"] = []any{tree{"layer": "kubernetes", "capi": s.override, "reason": "generated", "owner": "tests"}}
	}
	metadata := tree{"name": d.name(60), "namespace": d.name(60), "labels": d.labels()}
	if d.chance() {
		metadata["annotations"] = tree{"example.com/ticket": "OPS-1"}
	}
	return envelope("Cluster", metadata, spec)
}

func (d draw) pools(s shape) tree {
	controlPlane := tree{"replicas": one(d, 1, 3, 5)}
	if d.chance() {
		controlPlane["labels"] = d.labels()
	}
	out := tree{"controlPlane": controlPlane}
	classes := s.classes
	if len(classes) == 0 {
		classes = []string{"default"}
	}
	var workers []any
	taken := map[string]bool{}
	for range d.number(0, 4) {
		if name := d.name(63); !taken[name] {
			taken[name] = true
			workers = append(workers, d.pool(s, name, one(d, classes...)))
		}
	}
	if workers != nil {
		out["workers"] = workers
	}
	return out
}

func (d draw) pool(s shape, name, class string) tree {
	out := tree{"name": name, "class": class}
	if d.chance() {
		low := d.number(0, 3)
		autoscale := tree{"min": low, "max": low + d.number(0, 5)}
		if capacity := d.some(d.value("cpu", "4"), d.value("memory", "16G")); capacity != nil {
			autoscale["capacity"] = capacity
		}
		out["autoscale"] = autoscale
	} else {
		out["replicas"] = d.number(0, 50)
	}
	if d.chance() {
		out["labels"] = d.labels()
	}
	if s.poolScoped && d.chance() {
		out["variables"] = tree{"maxPods": d.number(30, 250)}
	}
	return out
}
