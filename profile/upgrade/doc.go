// Package upgrade says what lies between two versions of a profile, what becomes
// of the overrides of a cluster that moves from one to the other, and through
// which versions it gets there.
//
// # Concepts
//
// A [Difference] is what changed between two versions of a profile or an overlay,
// each
// [Change] with the [Bump] that it needs and the places on both sides. A version
// that declares less than its changes need is an error.
//
// A [Merge] is what becomes of the overrides of a cluster, leaf by leaf: what the
// old profile says is the base, the override's value is mine, what the new profile
// says is theirs. What lies [Between] them, presets and overlays, and earlier
// overrides count as said by the profile. Nothing is dropped without being reported; what cannot be decided
// blocks.
//
// A [Route] is the path of one cluster: the stacks at which it rests on its way
// from where it is to where it is meant to be. A [Hop] is one step. A [Solver]
// finds routes for many clusters of one workspace.
//
// # The loop
//
//	from, _ := have.Resolve(key)
//	to, _ := want.Resolve(key)
//	solver := upgrade.NewSolver(want, upgrade.Options{})
//	route, diags := solver.Path(from, to)
//	if diags.HasErrors() {
//		fmt.Fprint(os.Stderr, diags.Text(files)) // what is in the way, and where
//	}
//	for _, hop := range route.Hops() {
//		fmt.Println(hop.Moves)
//	}
//
// # What a legal path is
//
// Each hop moves any number of profiles and overlays to newer versions. The stacks between
// hops are those of the wanted workspace with other profile versions: the
// cluster's document is the new one from the first hop on, profiles that it adds
// are there from then on, and those that it drops are gone. An overlay of the
// target comes, moves and with it what it adds comes and moves in any of the hops;
// one that the target lacks goes in any of them, but is gone from the first hop on
// where its selector no longer matches. No profile comes only to go. -dev versions
// are never rested at. A path is legal when
//
//   - every stack at which the cluster rests resolves, so that every requirement
//     is met and no layers conflict, and the caller's Legal has no error about it;
//   - no hop raises Kubernetes by more than one minor version, none lowers it,
//     and no kubelet is newer than the control plane or more than three minor
//     versions older;
//   - in a hop that changes the minor version of Kubernetes, whatever else moves
//     accepts both versions of Kubernetes, before and after, since nobody can say
//     what gets there first. What does not moves in a hop of its own, before or
//     after. Layers of the profile that carries Kubernetes move with it. A profile
//     that the cluster's document adds must accept the new version alone; one that
//     an overlay adds can wait, and accepts both. A layer that an overlay or a
//     preset on the way switches on or off is taken to be there;
//   - no profile or overlay goes back to an older version, unless Older says so.
//     With it, too, each passes only through versions between its start and its
//     target, one way: none goes back for a while to let another one pass.
//
// The path has as few hops as can be. Of several, the one is taken in which the
// profile that carries Kubernetes is nearest to its target, hop by hop, and among
// those the one in which the same holds for the other profiles, in the order of
// the cluster's document, those that overlays add, and the overlays. What comes
// does so at its target where it can.
//
// Where there is no path, the findings are a minimal set of rules: without all of
// them there is a path, and with any one of them back there is none. Each names
// both sides with their versions and places. The rules are single requirements
// and conflicts of single versions, the two rules about Kubernetes, and what
// resolving or Legal refuses.
//
// # Guarantees
//
// The search is exact: it is compared with a naive one. It is bounded: a library
// that needs too much work, or of which too many stacks are refused one by one, is
// an error of code upgrade.too-large, which does not say that there is no path. All results are
// values that never change and the same for the same documents, whatever the
// order of files.
//
// # What it does not do
//
// It renders nothing: what a change does to the objects of a cluster is for
// package render to say, which also judges changes of content that count as
// patches here. It reads no live cluster, moves none, and writes nothing: the way
// through a fleet is package rollout's.
package upgrade
