// Package upstream finds the files of other projects in the Go modules that
// ship them, at the versions that this module's go.mod requires and go.sum
// vouches for. Nothing of them is copied.
package upstream
