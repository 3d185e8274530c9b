package expr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/cel-go/interpreter"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Inputs is what a template is computed from: mappings, any of which may be
// nil. Their places become the causes of results, and what is
// computed from sensitive nodes is sensitive.
type Inputs struct {
	// Vars are the values of the variables; one that is absent or null has no
	// value.
	Vars *value.Node
	// Cluster has name, namespace, labels, hub and timeZone.
	Cluster *value.Node
	// Pool has name, class and labels.
	Pool *value.Node
	// Component has name and version.
	Component *value.Node
	// Provided are the capabilities of the stack, by name.
	Provided *value.Node
	// Values are the layer's merged values.
	Values *value.Node
}

func (e *expression) root(in *Inputs, name string) *value.Node {
	switch name {
	case rootVars:
		return in.Vars
	case rootConsts:
		return e.scope.consts
	case rootCluster:
		return in.Cluster
	case rootPool:
		return in.Pool
	case rootComponent:
		return in.Component
	case rootProvided:
		return in.Provided
	case rootValues:
		return in.Values
	}
	return nil
}

// activation gives an evaluation its inputs.
type activation struct {
	expression *expression
	in         *Inputs
	meter      *meter // nil where the cost needs no counting
}

// ResolveName implements [interpreter.Activation].
func (a activation) ResolveName(name string) (any, bool) {
	if name == meterName {
		return a.meter, a.meter != nil
	}
	n := a.expression.root(a.in, name)
	switch name {
	case rootVars:
		return object{typ: varsType, node: n, variables: a.expression.scope.variables}, true
	case rootCluster:
		return object{typ: clusterType, node: n}, true
	case rootPool:
		return object{typ: poolType, node: n}, true
	case rootComponent:
		return object{typ: componentType, node: n}, true
	case rootConsts, rootProvided, rootValues:
		return mapping{n}, true
	}
	return nil, false
}

// Parent implements [interpreter.Activation].
func (a activation) Parent() interpreter.Activation { return nil }

// eval computes an expression. The node's places are not those of the result.
func (e *expression) eval(in *Inputs) (*value.Node, *Error) {
	if e.plain != nil {
		return e.look(in)
	}
	out, err := e.run(in)
	if err != nil {
		return nil, e.failure(in, err)
	}
	n, wrong := result(out, value.Place{})
	if wrong != nil {
		return nil, e.spread(wrong)
	}
	return n, nil
}

// look follows a plain reference.
func (e *expression) look(in *Inputs) (*value.Node, *Error) {
	n := e.root(in, e.plain[0]).Get(e.plain[1:]...)
	if n == nil || (n.IsNull() && e.plain[0] == rootVars) {
		return nil, e.spread(missing(e.plain))
	}
	if e.plain[0] != rootVars || len(e.plain) > 2 {
		return n, nil
	}
	declared := e.scope.variables[e.plain[1]].Type
	if !declared.holds(n) {
		return nil, e.spread(misfit(n, declared))
	}
	if declared.textual() && n.Kind() != value.String {
		return value.NewString(n.Text(), n.Place()), nil
	}
	return n, nil
}

// spread lets an error without a place stand for the whole expression.
func (e *expression) spread(err *Error) *Error {
	at := whole(e.source)
	err.Offset, err.Length = at.offset, at.length
	return err
}

// reasons is what a result goes back to.
type reasons struct {
	places    []value.Place // each once
	sensitive bool
}

// mark puts the result of an expression in its place, for these reasons.
func (r reasons) mark(n *value.Node, place value.Place) *value.Node {
	n = n.Computed(place, r.places)
	if r.sensitive {
		return n.AsSensitive()
	}
	return n
}

// reasons adds what the expression names.
func (e *expression) reasons(in *Inputs, r reasons) reasons {
	for _, path := range e.paths {
		n, there := e.root(in, path[0]), true
		for _, name := range path[1:] {
			var next value.Entry
			if next, there = n.Entry(name); !there {
				break
			}
			n = next.Value
		}
		r.sensitive = r.sensitive || there && n.Sensitive()
		if p := n.Place(); p.Writer != nil && !slices.Contains(r.places, p) {
			r.places = append(r.places, p)
		}
	}
	return r
}

// missing is the error of an input that is not there.
func missing(path []string) *Error {
	root, last := path[0], path[len(path)-1]
	switch {
	case root == rootVars && len(path) == 2:
		err := &Error{Code: CodeNoValue, Summary: fmt.Sprintf("variable %q has no value", path[1])}
		return err.hinting("set it, give it a default, or write %s", optionally(rootVars, path[1]))
	case root == rootCluster && len(path) > 2:
		err := &Error{Code: CodeMissingLabel, Summary: fmt.Sprintf("label %q is not set", last)}
		return err.hinting("set it, or write cluster.labels[?'%s'].orValue('...')", last)
	case root == rootProvided:
		err := &Error{Code: CodeNoValue, Summary: fmt.Sprintf("no layer provides %q", last)}
		return err.hinting("add a layer that does, or write provided[?'%s'].orValue('...')", last)
	}
	return (&Error{Code: CodeNoValue, Summary: fmt.Sprintf("%s has no value", strings.Join(path, "."))}).
		hinting("write %s", optionally(strings.Join(path[:len(path)-1], "."), last))
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// keywords of CEL cannot stand behind a point; its other reserved words can.
	keywords = []string{"false", "in", "null", "true"}
)

func optionally(from, name string) string {
	if identifier.MatchString(name) && !slices.Contains(keywords, name) {
		return fmt.Sprintf("%s.?%s.orValue(...)", from, name)
	}
	return fmt.Sprintf("%s[?'%s'].orValue(...)", from, name)
}

// failure is the error of an evaluation in our words.
func (e *expression) failure(in *Inputs, cause error) *Error {
	var own *Error
	if errors.As(cause, &own) {
		found := *own
		return e.located(&found, cause)
	}
	text := cleaned(cause.Error())
	if key, ok := strings.CutPrefix(text, "no such key: "); ok {
		return e.located(e.missingKey(in, key), cause)
	}
	if strings.Contains(text, costExceeded) {
		return e.spread((&Error{Code: CodeTooCostly, Summary: quoted(e.source) + " costs too much to compute"}).
			hinting("nest fewer loops, or loop over shorter lists"))
	}
	return e.located(&Error{Code: CodeEvaluation, Summary: quoted(e.source) + ": " + text}, cause)
}

// missingKey finds which reference of the expression lacks key.
func (e *expression) missingKey(in *Inputs, key string) *Error {
	for _, path := range e.paths {
		n := e.root(in, path[0])
		for i, name := range path[1:] {
			next, ok := n.Entry(name)
			if !ok && name == key {
				return missing(path[:i+2])
			}
			n = next.Value
		}
	}
	return (&Error{Code: CodeEvaluation, Summary: fmt.Sprintf("%s: there is no key %q", quoted(e.source), key)}).
		hinting("write [?'%s'].orValue(...) where it may be missing", key)
}

// located gives an error the place of the part that failed.
func (e *expression) located(err *Error, cause error) *Error {
	id, ok := place(cause)
	if !ok {
		return e.spread(err)
	}
	at := spanOf(e.info, []rune(e.source), id, "")
	err.Offset, err.Length = at.offset, at.length
	return err
}
