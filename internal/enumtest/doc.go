// Package enumtest holds what all enums promise whose values are text in output:
// that clients in Go read them back. It is for tests.
package enumtest
