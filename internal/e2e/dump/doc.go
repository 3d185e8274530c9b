// Package dump records what a real API server makes of objects: it applies a
// folder of manifests server-side and writes the live objects, managedFields
// included, to a folder of the same shape.
package dump
