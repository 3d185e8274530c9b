// Package merge puts value trees over each other.
//
// Mappings merge, scalars replace, null deletes and stays as a tombstone, and a
// list follows its [Rule]: it is replaced unless the table says that it is
// appended to, is a set, or has keyed items. [Capi] is the table for Cluster
// API trees.
//
// [Over] lets the upper tree win; [Join] treats both as equals and reports the
// leaves that both set to different values.
//
// Inside an upper tree, {$append: [...]} and {$replace: [...]} choose what
// happens to a list, and an item of a keyed list with $delete: true removes the
// item of that key.
package merge
