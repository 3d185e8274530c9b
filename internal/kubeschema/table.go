package kubeschema

import (
	_ "embed"
	"sync"
)

//go:embed kubernetes.txt
var kubernetesText string

var kubernetes = sync.OnceValue(func() *Table { return parse(kubernetesText) })

// Table holds the kinds of one Kubernetes release.
type Table struct {
	name  string
	kinds map[kindKey]entry
	group map[groupKind]bool
}

type kindKey struct{ group, version, kind string }

type groupKind struct{ group, kind string }

type entry struct {
	typ        *Type
	namespaced bool
}

// Builtin is the embedded table. It is read once, when first asked for.
func Builtin() *Table { return kubernetes() }

// Name says which release the table describes: "kubernetes 1.36.3".
func (t *Table) Name() string { return t.name }

// Type is the schema of a kind; false when the release does not serve it.
func (t *Table) Type(group, version, kind string) (*Type, bool) {
	e, ok := t.kinds[kindKey{group, version, kind}]
	return e.typ, ok
}

// Namespaced reports whether the objects of a kind live in namespaces. known is
// false when the release serves the kind in no version.
func (t *Table) Namespaced(group, kind string) (namespaced, known bool) {
	namespaced, known = t.group[groupKind{group, kind}]
	return namespaced, known
}
