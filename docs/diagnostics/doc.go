// Package diagnostics has no code: it holds one page for each diagnostic, and
// the test that keeps pages, codes and what examples give in step.
//
// A new code gets its page by
//
//	go test ./docs/diagnostics -update
//
// The draft has the smallest case of validate/testdata and of
// profile/testdata/resolve that gives a finding of the code, cut down. A person
// writes the meaning and what to do, makes the example one that readers know
// from their work, and runs the command again for the findings. A code that no
// files that a page can print give is raised in raise_test.go by a function of
// unprinted, and a code of a new family needs a line in families.
package diagnostics
