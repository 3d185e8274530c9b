package expr

import (
	"fmt"
	"slices"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Declarations is what the expressions of one profile version may see.
type Declarations struct {
	// Variables are the declared variables, each name once.
	Variables []Variable
	// Consts are the profile's constants, a mapping or nil. They are known when
	// an expression is compiled, so an unknown constant is found then.
	Consts *value.Node
	// Pool says whether expressions may read pool.
	Pool bool
	// Values says whether expressions may read the layer's merged values.
	Values bool
}

// Variable is a declared variable, or a part of one.
type Variable struct {
	Name string
	Type Type
	// Items is what a list or a map holds; its name does not matter. Nil means
	// anything.
	Items *Variable
	// Properties are the fields of an object, sorted by name.
	Properties []Variable
}

// property is what a selection of name gives; ok is false where there is no such
// thing. A nil result may be anything.
func (v *Variable) property(name string) (part *Variable, ok bool) {
	switch v.Type {
	case Map:
		return v.Items, true
	case Object:
		for i := range v.Properties {
			if v.Properties[i].Name == name {
				return &v.Properties[i], true
			}
		}
		return nil, false
	}
	return nil, true
}

func (v *Variable) propertyNames() []string {
	names := make([]string, len(v.Properties))
	for i, p := range v.Properties {
		names[i] = p.Name
	}
	return names
}

// cel is the type that expressions see. The parts of an object and numbers
// inside lists and maps may be of several of CEL's types.
func (v *Variable) cel() *types.Type {
	switch v.Type {
	case List:
		return types.NewListType(v.Items.part())
	case Map:
		return types.NewMapType(types.StringType, v.Items.part())
	}
	return v.Type.cel()
}

func (v *Variable) part() *types.Type {
	if v == nil || v.Type == Number {
		return types.DynType
	}
	return v.cel()
}

// Type is the type of a variable. The zero Type is invalid.
type Type uint8

const (
	String Type = iota + 1
	Integer
	Number
	Boolean
	Enum
	CIDR
	Version
	Quantity
	Duration
	SecretRef
	List
	Map
	Object
)

var typeNames = [...]string{
	String: "string", Integer: "integer", Number: "number", Boolean: "boolean", Enum: "enum",
	CIDR: "cidr", Version: "version", Quantity: "quantity", Duration: "duration", SecretRef: "secretRef",
	List: "list", Map: "map", Object: "object",
}

// String is the name that documents use.
func (t Type) String() string {
	if t.valid() {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

func (t Type) valid() bool { return t >= String && t <= Object }

// cel is the type that expressions see: everything written as text is a string
// to them.
func (t Type) cel() *types.Type {
	switch t {
	case Integer:
		return types.IntType
	case Number:
		return types.DoubleType
	case Boolean:
		return types.BoolType
	case SecretRef:
		return secretType
	case List:
		return types.NewListType(types.DynType)
	case Map, Object:
		return types.NewMapType(types.StringType, types.DynType)
	}
	return types.StringType
}

// Scope compiles the texts of one profile version. It may be used by many
// goroutines.
type Scope struct {
	variables map[string]*Variable
	names     []string // of the variables, sorted
	consts    *value.Node
	pool      bool
	values    bool
	env       *cel.Env
	provider  *provider

	interpreter interpreter.Interpreter

	mu       sync.Mutex
	compiled map[string]compiled // by source
}

type compiled struct {
	expression *expression
	errs       []*Error
}

// NewScope makes the scope of declarations. An error means that they
// contradict themselves: a name declared twice or without a type.
func NewScope(declared Declarations) (*Scope, error) {
	s := &Scope{
		variables: make(map[string]*Variable, len(declared.Variables)),
		consts:    declared.Consts,
		pool:      declared.Pool,
		values:    declared.Values,
		compiled:  map[string]compiled{},
	}
	for _, v := range declared.Variables {
		if err := s.declare(v); err != nil {
			return nil, err
		}
	}
	slices.Sort(s.names)
	base, err := baseEnvironment()
	if err != nil {
		return nil, fmt.Errorf("preparing the expression language: %w", err)
	}
	s.provider = &provider{Provider: base.CELTypeProvider(), variables: s.variables}
	if s.env, err = base.Extend(cel.CustomTypeProvider(s.provider)); err != nil {
		return nil, fmt.Errorf("declaring variables: %w", err)
	}
	if s.interpreter, err = newInterpreter(s.env); err != nil {
		return nil, fmt.Errorf("preparing the expression language: %w", err)
	}
	return s, nil
}

func (s *Scope) declare(v Variable) error {
	if v.Name == "" {
		return fmt.Errorf("declaring a variable: it has no name")
	}
	if !v.Type.valid() {
		return fmt.Errorf("declaring variable %q: it has no type", v.Name)
	}
	if _, twice := s.variables[v.Name]; twice {
		return fmt.Errorf("declaring variable %q: it is declared twice", v.Name)
	}
	s.variables[v.Name] = &v
	s.names = append(s.names, v.Name)
	return nil
}

// roots are the names that an expression can start with here.
func (s *Scope) roots() []string {
	names := []string{rootVars, rootConsts, rootCluster, rootComponent, rootProvided}
	if s.pool {
		names = append(names, rootPool)
	}
	if s.values {
		names = append(names, rootValues)
	}
	return names
}
