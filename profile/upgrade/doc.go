// Package upgrade says what lies between two versions of a profile and how a
// cluster gets from one to the other.
package upgrade
