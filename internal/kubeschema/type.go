package kubeschema

import (
	"cmp"
	"slices"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Kind is the sort of a Type.
type Kind uint8

const (
	// Any is data about which nothing is known.
	Any Kind = iota
	String
	Integer
	Number
	Boolean
	// Quantity is a number with a unit suffix: "1000m" is 1.
	Quantity
	// IntOrString keeps 80 and "80" apart.
	IntOrString
	// Duration is a Go duration: "60s" is "1m0s".
	Duration
	Time
	// Bytes is base64 text.
	Bytes
	// Struct has named fields.
	Struct
	// Map has any keys, and values of one type.
	Map
	List
)

var kindNames = [...]string{"any", "string", "integer", "number", "boolean", "quantity", "intorstring", "duration", "time", "bytes", "struct", "map", "list"}

// String is the word of the table.
func (k Kind) String() string { return kindNames[k] }

// Relation says how a list is merged.
type Relation uint8

const (
	// Atomic lists are one value.
	Atomic Relation = iota
	// Set lists hold scalars, each once.
	Set
	// Keyed lists hold structs that are told apart by Keys.
	Keyed
)

// Order says what the order of a list's elements means.
type Order uint8

const (
	// Significant: another order is another value.
	Significant Order = iota
	// Insignificant: another order means the same, but somebody changed it.
	Insignificant
	// Arbitrary: the server itself changes the order.
	Arbitrary
)

// Type is the schema of a value. Types refer to each other and may be
// recursive; nobody changes them once they are built.
type Type struct {
	Name string
	Kind Kind
	// Fields of a struct, sorted by name. An Open struct keeps others too.
	Fields []Field
	Open   bool
	// Elem is the type of the values of a map or list.
	Elem *Type
	// Relation, Keys and Order are those of a list.
	Relation Relation
	Keys     []string
	Order    Order
	// Defaults are what the server fills in below a struct.
	Defaults []Default
	// Enum are the strings that a string may be; empty when any may.
	Enum []string
}

// Field is one field of a struct.
type Field struct {
	Name string
	Type *Type
	// Zero: the server does not tell the zero value from absence.
	Zero bool
	// Required fields are always there.
	Required bool
}

// Field is the field called name; false when the struct declares none.
func (t *Type) Field(name string) (Field, bool) {
	if t == nil {
		return Field{}, false
	}
	i, ok := slices.BinarySearchFunc(t.Fields, name, func(f Field, name string) int { return cmp.Compare(f.Name, name) })
	if !ok {
		return Field{}, false
	}
	return t.Fields[i], true
}

// IsScalar reports whether values of the type have no parts.
func (t *Type) IsScalar() bool { return t != nil && t.Kind > Any && t.Kind < Struct }

// Default is one thing the server fills in.
type Default struct {
	// Path leads from the struct to the field; "[0]" is every element.
	Path []string
	// Value is filled in when Follow is Nothing.
	Value *value.Node
	// Follow says that the value is computed from the field at Source.
	Follow Follow
	Source []string
	// When lists what must hold.
	When []Condition
}

// Follow says how a default is computed from another field.
type Follow uint8

const (
	Nothing Follow = iota
	// Copy takes the other field's value; of maps every entry by itself.
	Copy
	// Lower takes it in lower case.
	Lower
	// Tag is Always for an image without tag or tagged latest, else
	// IfNotPresent.
	Tag
)

// Condition holds when the scalar at Path has one of Values; "" stands for
// absence, "*" for presence.
type Condition struct {
	Path   []string
	Values []string
}
