// Package policy decides who may make a change: who may create a cluster from
// which profile, set which variable, override which path of which layer, waive a
// policy, publish a version.
//
// The answers come from the grants of a library's Ownership document alone:
//
//	rules := policy.Of(have.Library)
//	for _, change := range policy.Changes(have, want) {
//		if d := rules.Decide(actor, change); !d.Allowed {
//			fmt.Println(d.Reason)
//		}
//	}
//
// Without any grant everybody may do everything, and the reason says so. With
// the first one only what is granted is allowed, each change by one grant as a
// whole. A pull request is judged by the rules of the side that is there already,
// so that nobody grants himself what he is about to do.
//
// A decision names the grant that allows a change, with its place, or what is
// lacking. [Changes] derives what a pull request does; a program that makes the
// change itself, such as a portal, builds the [Change].
//
// The package is pure: it reads no clock and no files, and does not know who the
// actor really is. Whether owners consent is another question, which
// [profile.Approvals] answers.
package policy
