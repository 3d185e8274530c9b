package validate

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
)

//go:embed schema/*.cue
var schemaFiles embed.FS

// kinds are the kinds of documents of a workspace. Each has a definition of its
// name.
var kinds = []string{"Profile", "Overlay", "Hub", "Cluster", "Strategy", "Ownership"}

// dumped is the kind of document that lies in dumps of live clusters. Package
// drift judges it; its definition is for editors.
const dumped = "LiveCoverage"

// extending is the definition of profiles that extend another one.
const extending = "ExtendingProfile"

// schema is what CUE says about one kind of document. Its shape never changes.
type schema struct {
	name       string // of the definition
	definition cue.Value
	shape      *shape
}

// evaluating is held while CUE evaluates. CUE v0.17 means values to be shared by
// goroutines, but finishes a mapping that two others have in common in place,
// which the race detector sees.
var evaluating sync.Mutex

// schemaRoot holds all definitions. It is compiled when the first document is
// judged, and kept.
var schemaRoot = sync.OnceValue(func() cue.Value {
	root, err := compile(schemaFiles)
	if err != nil {
		panic(fmt.Sprintf("validate: compiling the embedded schemas: %v", err))
	}
	return root
})

// schemas are those of each kind of document.
var schemas = sync.OnceValue(func() map[string]*schema {
	out := make(map[string]*schema, len(kinds))
	for _, kind := range kinds {
		out[kind] = schemaOf(kind)
	}
	return out
})

// extendingSchema is that of profiles that extend another one, on their own.
var extendingSchema = sync.OnceValue(func() *schema { return schemaOf(extending) })

func schemaOf(name string) *schema {
	definition := schemaRoot().LookupPath(cue.MakePath(cue.Def(name)))
	return &schema{name: name, definition: definition, shape: reader{schemaRoot()}.shape(definition)}
}

// encode brings plain data into CUE, in a context that is thrown away with it:
// nothing of a document stays behind.
func encode(data any) cue.Value {
	return cuecontext.New(cuecontext.CUE_DEBUG("")).Encode(data)
}

// compile builds the package in schema/. It reads nothing else: no module, no
// registry, and no environment, which could otherwise open closed definitions.
func compile(fsys fs.FS) (cue.Value, error) {
	names, err := fs.Glob(fsys, "schema/*.cue")
	if err != nil {
		return cue.Value{}, err
	}
	instance := build.NewContext().NewInstance("schema", nil)
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return cue.Value{}, err
		}
		file, err := parser.ParseFile(path.Base(name), text, parser.ParseComments)
		if err != nil {
			return cue.Value{}, err
		}
		if err := instance.AddSyntax(file); err != nil {
			return cue.Value{}, err
		}
	}
	if err := instance.Complete(); err != nil {
		return cue.Value{}, err
	}
	root := cuecontext.New(cuecontext.CUE_DEBUG("")).BuildInstance(instance)
	return root, root.Err()
}

// stackShape is what policies about resolved clusters may read.
var stackShape = sync.OnceValue(func() *shape {
	return reader{schemaRoot()}.shape(schemaRoot().LookupPath(cue.MakePath(cue.Def(onStack))))
})

// shapeOf is the shape of what policies about a kind judge.
func shapeOf(kind string) *shape {
	if kind == onStack {
		return stackShape()
	}
	return schemas()[kind].shape
}
