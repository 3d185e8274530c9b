package kubeschema

import "sync"

// Envelope is the schema of an object of which nothing but the metadata is
// known.
var Envelope = sync.OnceValue(func() *Type {
	secret, _ := Builtin().Type("", "v1", "Secret")
	metadata, _ := secret.Field("metadata")
	return &Type{Kind: Struct, Open: true, Fields: []Field{
		{Name: "apiVersion", Type: scalarTypes["string"]},
		{Name: "kind", Type: scalarTypes["string"]},
		metadata,
	}}
})
