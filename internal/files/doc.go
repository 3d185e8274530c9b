// Package files reads a tree of files that nobody has vouched for.
//
// Symbolic links are refused rather than followed, so that a tree means the
// same on every machine and nothing outside it is ever read; names cannot lead
// out of it; and the bytes of one file and of the whole tree are bounded while
// reading. What is refused is a diagnostic, never an error.
package files
