// Package profiletest helps to test blueprints with go test: in the repository of
// the team that owns profiles, overlays or a fleet.
//
// # Concepts
//
// A Workspace is loaded from files together with everything that was found wrong
// with them. Its Stack, Change and Path are what package profile and package
// profile/upgrade make of it, with expectations on top. A failed expectation says
// what is there instead, where it was written and by whom, with the line and a
// caret under it.
//
//	func TestEdge(t *testing.T) {
//		ws := profiletest.Load(t, os.DirFS("."))
//		s := ws.Resolve(t, "eu-1/fleet/store-0001")
//		s.Want(t, "cni:/values/hubble/enabled", false, "overlay/edge@1.2.0")
//		ws.With(t, `overrides: [{layer: pod-security, enabled: false, reason: x, owner: y}]`).
//			WantDiagnostic(t, "profile.fixed", "owner security")
//		ws.Profile(t, "aws-base@1.4.0").Corners(t) // every enum, min, max, absent
//		ws.Change(t, "aws-base@1.4.0", "aws-base@1.5.0").Want(t, "minor")
//		ws.Path(t, "store-0001").Want(t, "aws-base 1.4.0 -> 1.5.0")
//	}
//
// Where a test shall read as a document rather than as a program, there are two
// more forms: a [Fixture] states on each line of a file what is found there, and a
// [Corpus] is a directory of archives, each a case with its files and its results.
//
// # Two forms
//
// What takes a [testing.TB] is one line at the call site: methods called Want fail
// the test and let it go on, all others end it. Beside each stands a form that
// returns the error, for other test frameworks and for programs.
//
// # Guarantees
//
// Nothing is written, but the cases of a Corpus that is told to. A Workspace and
// what comes from it may be shared by parallel tests.
//
// # What it does not do
//
// It does not run the schemas and policies of package validate, and renders
// nothing. It is for tests: it links go-cmp, which may panic.
package profiletest
