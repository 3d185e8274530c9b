// Package render makes the Kubernetes objects that a cluster's stack asks for:
// those of its Cluster API management cluster, and those of the cluster itself.
//
// # Concepts
//
// An [Object] is one Kubernetes object that knows, for each of its leaves, the
// layer, file and line it came from. A [Bundle] is what one stack gives: its own
// objects and the shared [Set] of templates it needs on its [profile.Hub].
// Sets are named after their content, so clusters of equal content share one,
// and nothing that is shared is ever edited: a cluster moves by pointing to
// another set.
//
// A [Renderer] asks its engines, each for its part: package render/capi for the
// Cluster API objects, package render/manifests for layers whose content is
// manifests. Another [Engine] is one method; a layer that no engine renders is an
// error, never an empty place.
//
// Objects come in the order of application. A [Phase] is a group that can be
// applied together once the ones before are there: the hub before the cluster,
// one layer of the stack after the other, and in each the definitions before
// what uses them. [WriteYAML] writes bundles as one stream in that order, a
// [Tree] as files below a directory, from which what is gone is removed; an
// error on the way changes no file. [Diff] says what happens to each object between two bundles of a
// cluster, and how bad that is.
//
// The loop is short. It renders what a stack says, and not whether its documents
// keep to their schemas and to policies: validate the workspace first (package
// validate) and stop at errors.
//
//	renderer := render.New(render.Options{}, capi.Engine{}, manifests.Engine{})
//	for key := range workspace.Clusters() {
//		stack, diags := workspace.Resolve(key)
//		bundle, err := renderer.Bundle(ctx, stack)
//		err = tree.Add(bundle)
//	}
//	err = tree.Commit(true)
//
// # Guarantees
//
// The same stack gives the same bytes and the same digests, on every machine and
// whatever was rendered before or beside it: there is no clock, environment,
// network or randomness here, and caches change nothing but the time it takes.
// Renderers, bundles and objects may be used by many goroutines; bundles and
// objects never change. Content is data: manifests are taken as kubectl would
// send them, and nothing in them is evaluated unless their layer asks for it.
// What a stack gets wrong is an [InputError] with every finding at its place.
//
// The YAML that is written gives the same data to readers of YAML 1.1 and 1.2.
//
// # Non-goals
//
// The package applies nothing and talks to no cluster, does not know what runs,
// and holds no secret: references to secrets are all that a bundle has of them.
// It does not check objects against the schemas of an API server.
package render
