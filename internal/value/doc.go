// Package value is the tree that every document, value and rendered object of
// this module is made of: JSON data with a place beside each node.
//
// Trees are persistent: a node never changes once it is built, operations
// return new nodes and share what they did not touch. Ten thousand clusters of
// one profile therefore share the profile's nodes, and nodes may be read by any
// number of goroutines.
//
// Mappings are kept sorted by field name, so iteration, [Node.AppendJSON] and
// [Node.Digest] are the same everywhere. Lists keep their order.
package value
