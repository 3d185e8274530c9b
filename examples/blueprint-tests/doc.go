// Package blueprints is the repository of a team that owns profiles: a library, a
// small world to try it in, and tests. Everything worth reading is in
// blueprint_test.go.
package blueprints
