// Package profile is the nouns of a fleet of Kubernetes clusters and what they
// come to: it reads profiles, overlays, hubs, clusters, strategies and the lock,
// and resolves each cluster to one stack of layers.
//
// # Concepts
//
// A [Profile] is a named, versioned, owned document: variables, constants and
// layers. A [Layer] is one slice of a cluster (its operating system, Kubernetes,
// network, storage, security, an add-on): the component with its exact version,
// content and values, what it contributes to Cluster API objects ([Capi]), what
// it requires and what it provides. Profiles of kind Infrastructure or Full
// define a cluster; AddOn profiles add to one. A profile may extend another one,
// and offer choices: a [Preset] of each group. An [Overlay] changes the clusters
// that its selector matches.
//
// The [Library] holds all versions of all profiles and overlays; [Sum] holds the
// digests of those that are published, and never change again. A [Hub] is a Cluster API
// management cluster. A [Cluster] is one member of the fleet, known by its [Key]
// hub/namespace/name: it names profiles, sets variables, describes its pools and
// overrides layers. The [Lock] says at which versions each cluster is meant to
// be now. A [Strategy] says how a change travels; package rollout compiles it. A
// [Workspace] is all of these, loaded together.
//
// A [Stack] is what resolving one cluster gives: layers in install order, values
// merged and variables bound, an Origin on every leaf, and one digest. Package
// render makes objects of it. An [Impact] is the class of a change.
//
// # The loop
//
//	w, diags := profile.Load(os.DirFS(dir), profile.Layout{})
//	if diags.HasErrors() {
//		fmt.Fprint(os.Stderr, diags.Text(os.DirFS(dir)))
//	}
//	for key := range w.Clusters() {
//		stack, diags := w.Resolve(key)
//		if stack == nil {
//			continue // diags say why
//		}
//		fmt.Println(key, stack.Profiles(), stack.Digest())
//	}
//
// A program without files, such as a controller, hands clusters to
// [Library.Resolve] as values, or to [Library.ResolveOn] with their hub.
//
// # A workspace on disk
//
//	library/<name>/<version>/profile.yaml   one version of a profile, and the files it refers to
//	library/overlays/<name>/<version>/overlay.yaml   likewise, of an overlay
//	library/ownership.yaml                  who may reach beyond what they own
//	library.sum  a line for each published version: name@version sha256:<content digest>
//	hubs/        documents of kind Hub
//	fleet/       documents of kind Cluster
//	strategies/  documents of kind Strategy
//	fleet.lock   a line for each cluster: hub/namespace/name profile@version,... sha256:<stack digest>
//
// Every document has apiVersion dayzero.dev/v1alpha1. Below hubs, fleet and
// strategies, folders and file names mean nothing: files end in .yaml, .yml or
// .json, hold any number of documents, and may be empty; names that start with a
// dot are left out. The directories of a profile carry its name and version.
// Documents are YAML 1.2: yes, no, on, off and dates are text, with a warning;
// integers have 64 bits; a key stands once; aliases are bounded and << is
// refused.
//
// # How a stack comes about
//
// A profile that a cluster names alone follows the lock, or is the highest
// version that is not a -dev version; name@version holds the cluster there.
//
// Layers are sorted so that what a layer requires, or comes after, is in front
// of it; ties go by kind, by the position of the profile in the cluster's list,
// and by name. A requirement that no layer meets and a cycle are errors.
//
// What is merged into a layer comes from its profile's parents, the profile, the
// chosen presets, the overlays by ascending order, and the cluster's overrides,
// the last of which wins. No override, and nothing of another owner, changes a
// path that a layer fixes ([FixedPath]), however it is spelt.
//
// Values are merged before variables are bound, so that an override may replace
// an expression: mappings merge, scalars and lists replace, null deletes. A layer
// may declare, with merge, that a list is appended to or has keyed items. The
// lists of the capi slots have a table of their own, in which arguments,
// volumes, files, taints and so on are keyed. Layers are equals there: two that
// set one leaf to different values are an error that names both owners, unless
// one declares what it overrides.
//
// A value that holds ${...} is computed in CEL from vars, consts, cluster, pool,
// component and provided. A value that is one expression becomes its typed
// result; in a longer string it becomes part of that string. What comes out is
// never read again, so no value can change the structure around it.
//
// A [Variable] is bound to what the cluster or the pool sets for one profile, or
// sets, or to the first default; [Stack.Inputs] lists what was bound, where it
// was written and what lost. Defaults are plain text, so variables cannot refer
// to each other. A [Rule] holds several of them together. What findings must not
// show, values of sensitive variables and what stands in the place of a secret,
// they do not show, nor the line it stands on; a file that is no YAML has no
// variables, and its line is shown. What is computed from a sensitive variable is
// marked in its Origin, up to the leaves of rendered objects, so that tools leave
// it out, too.
//
// # Who may change what
//
// Profiles, layers, overlays and strategies have owners. A path of a layer is
// free, constrained (within a schema, see [ConstrainedPath]) or fixed (only its
// owner changes it, see [FixedPath]); a stack that breaks a rule is an error that
// names the owner and both places. The [Ownership] document says who may bind
// layers of others. [Approvals] lists whom the change from one workspace to
// another has to ask, [PublishedChanges] and [FixedChanges] what it must not do;
// all are judged by the workspace as it is. Package policy decides who may make a
// change at all.
//
// # Guarantees
//
// Bad input is an answer, not an error: [Load] and Resolve return what they
// could read together with all findings, in one pass, sorted, each with its
// place and what to do about it. A cluster with an error has no stack; the
// others have.
//
// The same documents give the same stacks and digests on every machine, in any
// order of files, documents and fields. There is no clock, environment, network
// or randomness here. Digests cover content alone, not places or comments, and a
// new release never changes an old one.
//
// Input may be hostile: size, nesting, aliases and the cost of expressions are
// bounded, symbolic links are not followed, and nothing outside the file system
// that was handed in is read.
//
// Values of this package never change once they are made, and may be used by any
// number of goroutines. What a document, a layer of a stack or a file points to,
// and the lists in them, are shared: copy them before you change them.
//
// # What it does not do
//
// It renders no objects (package render), does not check documents against
// schemas and policies (package validate), compares nothing with live clusters
// (package drift), plans nothing (package rollout), and writes nothing. It does
// not interpret Helm values and fields of Cluster API. Secrets are references:
// no value of one belongs into a document.
package profile
