// Package source reads YAML and JSON texts into value trees with a place on
// every node.
//
// There are two dialects. [Documents] reads this module's own documents:
// YAML 1.2 core scalars, duplicate keys and merge keys refused, aliases
// bounded. [Manifests] reads Kubernetes manifests exactly as kubectl would send
// them, YAML 1.1 scalars included.
//
// Both accept a byte order mark and CRLF line ends, bound size, nesting and
// alias expansion before they build anything, and never panic on any input.
package source
