// Package validate judges a whole workspace before anything is rendered: what
// its documents say, and whether every cluster resolves.
//
//	ws, loaded := profile.Load(fsys, profile.Layout{})
//	found := validate.Workspace(ws, validate.Options{Loaded: loaded})
//	fmt.Print(found.Text(fsys))
//
// # Who says what
//
// Loading is strict already: syntax, unknown fields, types and missing fields
// are found by package profile, and so is what resolving a cluster needs. This
// package adds what documents may contain beyond their form. The authority on
// that are the CUE schemas in schema/, which are embedded: names, versions,
// enumerations, ranges, and fields that do not go together. Go judges what a
// schema cannot say or must not see: data with free field names such as labels,
// time zones, what several documents say together, and the lock.
//
// Nothing is rendered here: what is fixed of rendered objects, and what Cluster
// API would refuse of them, package render judges when it makes them.
//
// Each mistake is told once. A finding of a schema is left out where loading or
// resolving has one about the same data, or about data around it.
//
// # Policies
//
// What an organisation asks beyond that is written in the workspace, as CUE in
// policies/*.cue. Each file stands for itself. A policy says what it reads, for
// which documents it holds, and what they must be:
//
//	policies: "three-machines": {
//		message:  "production clusters have at least 3 control-plane machines"
//		owner:    "platform"
//		on:       "Cluster"
//		reads: ["/metadata/labels/env", "/spec/pools/controlPlane/replicas"]
//		match: metadata: labels: env: "prod"
//		require: spec: pools: controlPlane: replicas: >=3
//	}
//
// on is a kind of document, or Stack for what clusters resolve to (see
// schema/stack.cue for its fields). severity (error by default), hint and match
// may be left out. A field in match and require has to be there unless it has a
// "?". A finding has the code policy.<name>, and stands at the value that is
// refused, or at the mapping that lacks it. What is read alike by many documents
// is evaluated once.
//
// The field sources of such a file says where charts, images and manifests may
// come from; what it refuses is policy.source, policy.digest or policy.floating:
//
//	sources: {
//		owner:   "security"
//		charts:  ["oci://registry.corp/charts"]
//		images:  ["registry.corp"]
//		digests: "required" // outside of -dev versions
//	}
//
// A waiver in the document that breaks a policy, or in the cluster whose stack
// does, suspends it until it expires. It needs the approval of the policy's
// owner, see [PolicyOwners].
//
// Policies are trusted and yet bounded, because CUE can neither be interrupted
// nor be given a budget: before a file is evaluated, its size, nesting,
// comprehensions, alternatives, imports and regular expressions are held to
// limits, and what is computed by repetition is refused.
//
// # Codes
//
//	validate.value            a value of the right type that does not fit
//	validate.enum             a text that is not among those allowed
//	validate.rule             fields of a mapping that do not go together
//	validate.required         a field that other fields call for
//	validate.duplicate        two stages of one name, or two that take the rest
//	validate.label            no label or annotation of Kubernetes
//	validate.time-zone        no time zone of the IANA database
//	validate.unplaced         clusters that no stage of the default strategy takes
//	validate.not-compared     information: clusters that cannot be compared with what they are
//	validate.fleet-variable   a variable of fleet scope with two values
//	validate.unique           clusters that have one value of a unique variable
//	validate.disjoint         ranges that overlap and are declared disjoint
//	validate.override-expired warning: the override's date has passed
//	validate.lock-stale       warning: a lock line without a cluster
//	validate.lock-missing     a lock line that pins what the library does not have
//	validate.lock-unused      warning: a lock line that pins what its cluster does not have
//	validate.unlocked         information: clusters that follow the latest versions
//	validate.overlay-waiting  information: clusters whose lock lines do not name an overlay that matches
//	validate.lock-differs     information: clusters that changed since they were locked
//	validate.no-engine        information: content that the caller cannot render
//	validate.policy-syntax    a file of policies that is no CUE, or contradicts itself
//	validate.policy-form      a policy without what it needs, or with more
//	validate.policy-reads     a path that no document has, or that is judged and not read
//	validate.policy-limit     a policy that could take too long
//	validate.waiver-unknown   a waiver of a policy that is not there
//	validate.waiver-unused    warning: a waiver of what nothing breaks
//	validate.waiver-expired   warning: the waiver's date has passed
//	policy.<name>             what a policy of the workspace refuses
//
// # Guarantees
//
// The result depends on the arguments alone: not on the environment, the number
// of goroutines, the machine's time zones or its clock. Schemas are compiled
// once in a process, when the first document is judged. Documents of one form
// are evaluated once for each call; nothing of them stays behind. All functions
// may be called by many goroutines; CUE evaluates for one at a time.
//
// Policies import nothing but cheap packages that are built into CUE: there are
// no modules, no registry and no environment.
package validate
