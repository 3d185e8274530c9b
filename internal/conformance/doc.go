// Package conformance holds dayzero's output against what others say about it,
// offline: the definitions, rules and Go types that Cluster API 1.14 ships, and
// upstream releases of manifests that nobody here wrote. It is only tests; the
// packages below it are what they ask.
//
//   - The example workspace, at each version of its infrastructure profile in
//     turn, and a generated family of stacks: every object that is bound for a
//     hub passes the definitions of its kind as on an API server (unknown
//     fields, defaults, schema, list keys, CEL rules) and survives being read
//     and written by Cluster API's Go types, and nothing that a layer
//     contributed is lost.
//   - Variables, as a ClusterClass declares them: Cluster API's type takes them,
//     and the schema judges random values as docs/variables.md says.
//   - kube-prometheus and MetalLB as the content of add-on layers: what is
//     rendered is, object by object, what kubectl would send.
//
// It is a module of its own, outside the workspace of the repository, so that
// nothing of this enters anybody's requirements:
//
//	cd internal/conformance
//	GOWORK=off go test ./...
//
// Nothing but Go is needed. The other projects come from Go's module cache,
// which is filled on the first run; go.sum holds their checksums.
//
// What it does not show: admission webhooks, controllers, and rules that compare
// with an object that exists already. Those need a server.
package conformance
