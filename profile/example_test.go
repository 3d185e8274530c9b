package profile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// workspace is a hub, a profile and one cluster.
func workspace() fstest.MapFS {
	return fstest.MapFS{
		"hubs/eu-1.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Hub
metadata: {name: eu-1}
spec: {clusterAPI: {version: 1.14.2}}
`)},
		"library/base/1.0.0/profile.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Profile
metadata: {name: base}
spec:
  version: 1.0.0
  owner: platform
  kind: Infrastructure
  variables:
  - {name: mtu, type: integer, min: 1280, max: 9000, default: 1450}
  layers:
  - {name: csi, kind: Storage, component: {name: local-csi, version: 2.1.0}}
  - {name: cni, kind: Network, component: {name: meshnet, version: 1.4.2}, values: {mtu: "${vars.mtu}", encryption: true}}
  - {name: kubernetes, kind: Kubernetes, component: {name: kubernetes, version: 1.34.2}}
  - {name: os, kind: OS, component: {none: simulated machines}}
`)},
		"fleet/stores.yaml": {Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: store-1, namespace: fleet}
spec:
  profiles: [base]
  variables: {mtu: 9000}
  overrides: [{layer: cni, values: {encryption: false}, reason: a closed network, owner: store-ops}]
`)},
	}
}

func ExampleLoad() {
	w, diags := profile.Load(workspace(), profile.Layout{})
	fmt.Println(len(diags), "findings")
	for p := range w.Profiles() {
		fmt.Println("profile", p.Ref())
	}
	for key := range w.Clusters() {
		fmt.Println("cluster", key)
	}
	// Output:
	// 0 findings
	// profile base@1.0.0
	// cluster eu-1/fleet/store-1
}

// Bad input is an answer: everything that is wrong, where, and what to do.
func ExampleLoad_findings() {
	fsys := workspace()
	fsys["fleet/stores.yaml"] = &fstest.MapFile{Data: []byte(`apiVersion: dayzero.dev/v1alpha1
kind: Cluster
metadata: {name: store-1, namespace: fleet}
spec:
  profiles: [base]
  variables: {mtv: 9000}
  timezone: Europe/Berlin
`)}
	w, diags := profile.Load(fsys, profile.Layout{})
	_, found := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"})
	fmt.Print(append(diags, found...).Sorted().Text(fsys))
	// Output:
	// error: no profile of the cluster declares variable "mtv" [profile.undeclared-variable]
	//   --> fleet/stores.yaml:6:15
	//     6 |   variables: {mtv: 9000}
	//       |               ^^^
	//   hint: did you mean "mtu"? known variables are mtu
	//
	// error: unknown field "timezone" in spec [profile.unknown-field]
	//   --> fleet/stores.yaml:7:3
	//     7 |   timezone: Europe/Berlin
	//       |   ^^^^^^^^
	//   hint: did you mean "timeZone"? known fields are hub, overrides, pools, presets, profiles, timeZone, variables, waivers
}

func ExampleWorkspace_Resolve() {
	w, _ := profile.Load(workspace(), profile.Layout{})
	stack, diags := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"})
	if err := diags.Err(); err != nil {
		fmt.Println(err)
		return
	}
	version, _ := stack.KubernetesVersion()
	fmt.Println(stack.Profiles(), "with Kubernetes", version)
	for _, layer := range stack.Layers() {
		fmt.Printf("%-10s %-10s %s\n", layer.Kind, layer.Name, layer.Component)
	}
	// Output:
	// [base@1.0.0] with Kubernetes 1.34.2
	// OS         os         none
	// Kubernetes kubernetes kubernetes 1.34.2
	// Network    cni        meshnet 1.4.2
	// Storage    csi        local-csi 2.1.0
}

// A rollout asks what a cluster would be at other versions.
func ExampleWorkspace_ResolveAt() {
	fsys := workspace()
	next := string(fsys["library/base/1.0.0/profile.yaml"].Data)
	fsys["library/base/1.1.0/profile.yaml"] = &fstest.MapFile{Data: []byte(
		strings.NewReplacer("version: 1.0.0", "version: 1.1.0", "1.34.2", "1.35.0").Replace(next))}
	w, _ := profile.Load(fsys, profile.Layout{})
	key := profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"}
	for _, version := range []string{"1.0.0", "1.1.0"} {
		stack, _ := w.ResolveAt(key, profile.Ref{Name: "base", Version: version})
		kubernetes, _ := stack.KubernetesVersion()
		fmt.Println(stack.Profiles(), kubernetes)
	}
	// Output:
	// [base@1.0.0] 1.34.2
	// [base@1.1.0] 1.35.0
}

// Find says what a value is, and who wrote it.
func ExampleStack_Find() {
	w, _ := profile.Load(workspace(), profile.Layout{})
	stack, _ := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"})
	cni, _ := stack.Layer("cni")
	for _, field := range []string{"encryption", "mtu"} {
		v, origin, _ := stack.Find(cni, diag.Fields("values", field))
		fmt.Printf("%s is %s: %s %s\n", field, v, origin.Kind, origin)
		for _, cause := range origin.Causes {
			fmt.Printf("  because of %s %s\n", cause.Kind, cause)
		}
	}
	// Output:
	// encryption is false: override cluster eu-1/fleet/store-1 layer cni (fleet/stores.yaml:7:49)
	// mtu is 9000: profile base@1.0.0 layer cni (library/base/1.0.0/profile.yaml:12:90)
	//   because of variable cluster eu-1/fleet/store-1 (fleet/stores.yaml:6:20)
}

// Inputs are the values of the variables.
func ExampleStack_Inputs() {
	w, _ := profile.Load(workspace(), profile.Layout{})
	stack, _ := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"})
	for _, in := range stack.Inputs() {
		fmt.Println(in.Name, in.Value, in.Origin.Kind)
	}
	// Output: mtu 9000 variable
}

// A controller resolves its custom resource without any file.
func ExampleLibrary_Resolve() {
	w, _ := profile.Load(workspace(), profile.Layout{})
	mtu, _ := profile.ValueOf(1500)
	stack, diags := w.Library.Resolve(profile.Cluster{
		TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Cluster"},
		Metadata: profile.ObjectMeta{Name: "store-2", Namespace: "fleet"},
		Spec: profile.ClusterSpec{
			Hub:       "eu-1",
			Profiles:  []string{"base@1.0.0"},
			Variables: map[string]profile.Value{"mtu": mtu},
		},
	}, "ManagedCluster/fleet/store-2")
	if err := diags.Err(); err != nil {
		fmt.Println(err)
		return
	}
	cni, _ := stack.Layer("cni")
	fmt.Println(stack.Key(), cni.Values, stack.Inputs()[0].Origin)
	// Output: eu-1/fleet/store-2 {"encryption":true,"mtu":1500} cluster eu-1/fleet/store-2 (ManagedCluster/fleet/store-2)
}

func ExampleParseLock() {
	lock, diags := profile.ParseLock("fleet.lock", []byte(
		"eu-1/fleet/store-2 base@1.1.0 sha256:2ca1ceff02ebad9bb1ca9ab265cb00e09454df2f6494f1ceee5d51e10f3deca1\n"+
			"eu-1/fleet/store-1 base@1.0.0,metrics@2.1.0 sha256:f0e404b8c99510d50fa1f86ee043a52a57d4057514d148780105ca5b20d9a0cf\n"+
			"eu-1/fleet/store-3 base sha256:0\n"))
	for _, entry := range lock.Entries() {
		fmt.Println(entry.Key, entry.Pins)
	}
	for _, d := range diags {
		fmt.Println(d)
	}
	// Output:
	// eu-1/fleet/store-1 [base@1.0.0 metrics@2.1.0]
	// eu-1/fleet/store-2 [base@1.1.0]
	// fleet.lock:3:1: error: pin "base": want profile@version [profile.lock]
}

func ExampleLock_WithAll() {
	var lock profile.Lock
	lock = lock.WithAll([]profile.LockEntry{{
		Key:    profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"},
		Pins:   []profile.Ref{{Name: "base", Version: "1.0.0"}},
		Digest: "sha256:f0e404b8c99510d50fa1f86ee043a52a57d4057514d148780105ca5b20d9a0cf",
	}})
	fmt.Print(lock)
	// Output: eu-1/fleet/store-1 base@1.0.0 sha256:f0e404b8c99510d50fa1f86ee043a52a57d4057514d148780105ca5b20d9a0cf
}

// A vendor's build lies in the range of the version it is built from.
func ExampleParseVersionRange() {
	supported, err := profile.ParseVersionRange(">=1.31 <1.35")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"1.30.9", "1.34.2", "1.34.2-gke.100", "1.34.2+k3s1", "1.35.0"} {
		v, err := profile.ParseVersion(text)
		fmt.Println(text, supported.Has(v), err)
	}
	// Output:
	// 1.30.9 false <nil>
	// 1.34.2 true <nil>
	// 1.34.2-gke.100 true <nil>
	// 1.34.2+k3s1 true <nil>
	// 1.35.0 false <nil>
}

func ExampleVersion_Compare() {
	newer, _ := profile.ParseVersion("1.10.0")
	older, _ := profile.ParseVersion("1.9.0")
	candidate, _ := profile.ParseVersion("1.10.0-rc.1")
	fmt.Println(newer.Compare(older), candidate.Compare(newer), candidate.IsPrerelease())
	// Output: 1 -1 true
}

func ExampleParseRef() {
	ref, err := profile.ParseRef("mem-base@1.4.0")
	fmt.Println(ref.Name, ref.Version, err)
	_, err = profile.ParseRef("mem-base@latest")
	fmt.Println(err)
	// Output:
	// mem-base 1.4.0 <nil>
	// profile reference "mem-base@latest": version "latest": want major.minor.patch, for instance 1.34.2 or 1.34.2+k3s1
}

func ExampleParseKey() {
	key, err := profile.ParseKey("eu-1/fleet/store-1")
	fmt.Println(key.Hub, key.Namespace, key.Name, err)
	// Output: eu-1 fleet store-1 <nil>
}

func ExampleParseImpact() {
	roll, err := profile.ParseImpact("node-roll")
	fmt.Println(roll, roll > profile.InPlace, err)
	// Output: node-roll true <nil>
}

func ExampleValueOf() {
	v, err := profile.ValueOf(map[string]any{"replicas": 3, "labels": []any{"a", "b"}})
	fmt.Println(v, err)
	// Output: {"labels":["a","b"],"replicas":3} <nil>
}

// Whom does a pull request have to ask?
func ExampleApprovals() {
	base, head := workspace(), workspace()
	text := string(base["library/base/1.0.0/profile.yaml"].Data)
	text = strings.Replace(text, "version: 1.0.0\n", "version: 1.1.0\n", 1)
	text = strings.Replace(text, "encryption: true", "encryption: false", 1)
	head["library/base/1.1.0/profile.yaml"] = &fstest.MapFile{Data: []byte(text)}

	have, _ := profile.Load(base, profile.Layout{})
	want, _ := profile.Load(head, profile.Layout{})
	for _, a := range profile.Approvals(have, want) {
		fmt.Println(a.Owner)
		for _, r := range a.Reasons {
			fmt.Printf("  %s: %s\n", r.Range, r.Summary)
		}
	}
	// Output:
	// platform
	//   library/base/1.1.0/profile.yaml:5:12: adds profile base@1.1.0
	//   library/base/1.1.0/profile.yaml:12:117: profile base@1.1.0 changes /values/encryption of layer cni
}

// Publishing a version freezes it.
func ExampleLibrary_Publish() {
	fsys := workspace()
	w, _ := profile.Load(fsys, profile.Layout{})
	sum, err := w.Publish(profile.Sum{}, w.Unpublished(profile.Sum{})...)
	fmt.Println(sum.Refs(), err)

	file := fsys["library/base/1.0.0/profile.yaml"]
	file.Data = []byte(strings.Replace(string(file.Data), "encryption: true", "encryption: false", 1))
	w, _ = profile.Load(fsys, profile.Layout{})
	_, err = w.Publish(sum, profile.Ref{Name: "base", Version: "1.0.0"})
	fmt.Println(errors.Is(err, profile.ErrImmutable))
	// Output:
	// [base@1.0.0] <nil>
	// true
}

// A workspace uses profiles that are published in another repository.
func ExampleUnion() {
	platform, _ := profile.Load(workspace(), profile.Layout{})
	security, _ := profile.NewLibrary(profile.Contents{Profiles: []profile.Profile{{
		TypeMeta: profile.TypeMeta{APIVersion: profile.APIVersion, Kind: "Profile"},
		Metadata: profile.ObjectMeta{Name: "audit"},
		Spec: profile.ProfileSpec{Version: "1.0.0", Owner: "security", Kind: profile.AddOnProfile, Layers: []profile.Layer{
			{Name: "audit", Kind: profile.SecurityLayer, Component: profile.Component{Name: "audit", Version: "1.0.0"}},
		}},
	}}}, profile.Layout{})
	library, diags := profile.Union(platform.Library, security)
	if diags.HasErrors() {
		fmt.Println(diags)
		return
	}
	for p := range library.Profiles() {
		fmt.Println(p.Ref(), p.Spec.Owner)
	}
	// w, diags := profile.Load(fleet, profile.Layout{Library: library})

	// Output:
	// audit@1.0.0 security
	// base@1.0.0 platform
}

// Which values was this one put over?
func ExampleStack_Lost() {
	w, _ := profile.Load(workspace(), profile.Layout{})
	stack, _ := w.Resolve(profile.Key{Hub: "eu-1", Namespace: "fleet", Name: "store-1"})
	cni, _ := stack.Layer("cni")
	path := diag.Fields("values", "encryption")
	v, origin, _ := stack.Find(cni, path)
	fmt.Println(v, "by", origin.Kind)
	for _, lost := range stack.Lost(cni, path) {
		fmt.Println("over", lost.Value, "by", lost.Origin.Kind, lost.Origin.Document)
	}
	// Output:
	// false by override
	// over true by profile base@1.0.0
}
