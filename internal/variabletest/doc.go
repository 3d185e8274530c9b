// Package variabletest holds the languages that variables are described in
// against the judge of package profile: random declarations and values, and a
// witness for each row of the published table in docs/variables.md, which says
// what a language expresses. It is for tests.
//
// What the table calls exact must refuse and accept what profile does; what it
// calls weaker or not expressed must accept all that profile accepts, and the
// row's witness, which profile refuses.
package variabletest
