// Package dayzero is an SDK for the day-0 blueprint of Kubernetes clusters: the
// one place that says what a cluster is, as a library.
//
// # The model in ten lines
//
//   - A Profile is a named, versioned, owned document: layers (operating system,
//     Kubernetes, network, storage, security, add-ons), variables, constants. It
//     may extend another one, and offer presets.
//   - An Overlay changes the clusters that its selector matches.
//   - A Cluster names profiles, sets variables, sizes pools and may override.
//   - A Workspace is a library of profiles, hubs, a fleet of clusters, strategies
//     and a lock, read from any io/fs file system.
//   - Resolving a Cluster gives a Stack: layers in order, values merged, variables
//     bound, an Origin on every leaf, one digest.
//   - Rendering a Stack gives a Bundle: objects in phases, for hub and workload
//     cluster; what clusters share is named by its content.
//   - Comparing objects with a live cluster gives a Report: in sync, drift or
//     unknown, per object and field, with who declared and who changed it.
//   - A change of a stack digest is a Hop; a Strategy and the hops of a fleet
//     compile to a Plan, which a pure state Machine carries forward.
//
// # The packages
//
//	profile             documents, loading, resolving: Workspace, Stack
//	profile/diag        diagnostics, paths, places and origins
//	profile/policy      who may make a change
//	profile/upgrade     differences of versions, merging of overrides, upgrade paths
//	profile/vet         a profile at the corners of its variables
//	profile/handbook    profiles as Markdown
//	profile/profiletest helpers for tests of blueprints
//	validate            document schemas in CUE, and everything wrong in one pass
//	render              Renderer, Engine, Bundle; trees and streams of YAML
//	render/capi         the engine for Cluster API objects
//	render/manifests    the engine for plain manifests
//	drift               Compare: declared objects against live ones
//	rollout             Compile, Machine, Forecast: plans over a fleet
//	rollout/members     what to plan, out of two workspaces
//
// Each package can be used without those above it: drift works on plain
// manifests, rollout on plain data.
//
// Everything is deterministic: same inputs, same bytes. No package reads a
// clock, the environment or the network; none logs. Bad input gives diagnostics
// with file, line and column, all in one pass; no input makes a package panic.
//
// examples/quickstart is the whole story in one program; examples/dayzero is the
// SDK in a command-line tool; examples/blueprint-tests is the repository of a team
// that tests its profiles.
package dayzero
