// Package diagnostics has no code: it holds one page for each diagnostic, and
// the test that keeps pages, codes and what examples give in step.
package diagnostics
