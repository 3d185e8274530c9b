// Package diag is the ground every other package stands on: what is wrong
// with an input ([Diagnostic]), where that stands ([Range]), which piece of
// data it is about ([Path]) and who wrote a value ([Origin]).
//
// # Diagnostics
//
// Bad input is an answer, not an error: functions that read documents return
// their result together with [Diagnostics], and collect every finding in one
// pass. Diagnostics is not an error; [Diagnostics.Err] gives one when at least
// one finding has severity [Error].
//
// A Code is a stable, dotted, lower-case name ("profile.unknown-field").
// Summary and Detail start in lower case and have no final stop: the summary
// says what is wrong in one line, the detail says what to do about it.
//
// # Paths
//
// One grammar names data everywhere, in diagnostics, explain and drift:
//
//	/spec/template/spec/containers[name=app]/image
//	/spec/ports[port=80,protocol=TCP]
//	/metadata/finalizers[=keep]
//	/spec/args[2]
//
// See [Path] for the grammar and [ParsePath] for what is accepted.
//
// The package imports nothing else of this module. All its values may be
// shared between goroutines as long as nobody changes them.
package diag
