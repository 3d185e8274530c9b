package render

import (
	"context"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Engine makes objects of a part of a stack: the Cluster API objects of its
// slots, or the content of its layers.
type Engine interface {
	// Render returns the engine's part of a bundle. The same stack gives the
	// same part, whatever was rendered before. It may be called by many
	// goroutines. Bad input is in the part's diagnostics; an error means that
	// rendering could not be done (a cancelled context, a chart that cannot be
	// fetched). What layers fix of their objects is judged by the engine, with
	// [FixedOf]; of objects for the hub, by the renderer.
	Render(ctx context.Context, request Request) (Part, error)
}

// Request is what an engine is asked for.
type Request struct {
	Stack *profile.Stack
	// Cache keeps what other stacks can use again.
	Cache *Cache
}

// Part is what one engine adds to a bundle.
type Part struct {
	Shared []Set
	Own    []Item
	// Layers are the layers whose content the engine rendered, as
	// "profile/layer".
	Layers []string
	// Diagnostics are findings about the stack.
	Diagnostics diag.Diagnostics
}
