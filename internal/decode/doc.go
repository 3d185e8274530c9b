// Package decode fills Go structs from value trees, strictly and in one pass.
//
// Fields are matched by their json tags, exactly. An unknown field, a value of
// the wrong type and a missing field whose tag lacks omitempty each give one
// diagnostic with the place in the file; everything else is still decoded.
// Null counts as absent. Types with UnmarshalJSON get the JSON of their node.
package decode
