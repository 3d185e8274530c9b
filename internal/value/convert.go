package value

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// FromAny makes a tree of plain Go data as JSON decoding gives it (nil, bool,
// int, int32, int64, float64, json.Number, string, []any, []string, map[string]any,
// map[string]string), all of it placed at p.
func FromAny(v any, p Place) (*Node, error) {
	switch v := v.(type) {
	case nil:
		return NewNull(p), nil
	case bool:
		return NewBool(v, p), nil
	case int:
		return NewInt(int64(v), p), nil
	case int32:
		return NewInt(int64(v), p), nil
	case int64:
		return NewInt(v, p), nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, fmt.Errorf("converting %v: JSON has no such number", v)
		}
		return NewFloat(v, p), nil
	case json.Number:
		return fromNumber(v, p)
	case string:
		return NewString(v, p), nil
	case []string:
		items := make([]*Node, len(v))
		for i, s := range v {
			items[i] = NewString(s, p)
		}
		return NewList(items, p), nil
	case map[string]string:
		fields := make([]Entry, 0, len(v))
		for k, s := range v {
			fields = append(fields, Entry{Name: k, Key: p, Value: NewString(s, p)})
		}
		return NewMap(fields, p), nil
	case []any:
		return fromList(v, p)
	case map[string]any:
		return fromMap(v, p)
	}
	return nil, fmt.Errorf("converting %T: not plain JSON data", v)
}

func fromNumber(v json.Number, p Place) (*Node, error) {
	if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
		return NewInt(i, p), nil
	}
	f, err := v.Float64()
	if err != nil {
		return nil, fmt.Errorf("converting %q: %w", v, err)
	}
	return NewFloat(f, p).AsWritten(v.String()), nil
}

func fromList(v []any, p Place) (*Node, error) {
	items := make([]*Node, len(v))
	for i, item := range v {
		n, err := FromAny(item, p)
		if err != nil {
			return nil, err
		}
		items[i] = n
	}
	return NewList(items, p), nil
}

func fromMap(v map[string]any, p Place) (*Node, error) {
	fields := make([]Entry, 0, len(v))
	for name, item := range v {
		n, err := FromAny(item, p)
		if err != nil {
			return nil, err
		}
		fields = append(fields, Entry{Name: name, Key: p, Value: n})
	}
	return NewMap(fields, p), nil
}

// Any is the tree as plain Go data: nil, bool, int64, float64, string, []any,
// map[string]any, as Kubernetes' unstructured objects hold it. The result is the
// caller's.
func (n *Node) Any() any {
	switch n.Kind() {
	case Bool:
		return n.bool
	case Int:
		return n.int()
	case Float:
		return n.float()
	case String, Expression:
		return n.str
	case List:
		out := make([]any, len(n.list()))
		for i, item := range n.list() {
			out[i] = item.Any()
		}
		return out
	case Map:
		out := make(map[string]any, len(n.fields))
		for _, f := range n.fields {
			out[f.Name] = f.Value.Any()
		}
		return out
	}
	return nil
}

// AppendJSON appends the canonical JSON form: fields sorted, no white space,
// numbers in their shortest form, an integral number as an integer, and no
// escapes beyond what JSON demands. Two trees that are [Node.Equal] have one
// form.
func (n *Node) AppendJSON(b []byte) []byte {
	switch n.Kind() {
	case Bool:
		return strconv.AppendBool(b, n.bool)
	case Int:
		return strconv.AppendInt(b, n.int(), 10)
	case Float:
		return appendFloat(b, n.float())
	case String:
		return appendString(b, n.str)
	case Expression:
		b = append(b, `{"$expression":`...)
		return append(appendString(b, n.str), '}')
	case List:
		b = append(b, '[')
		for i, item := range n.list() {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.AppendJSON(b)
		}
		return append(b, ']')
	case Map:
		b = append(b, '{')
		for i, f := range n.fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, f.Name)
			b = append(b, ':')
			b = f.Value.AppendJSON(b)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

func appendFloat(b []byte, f float64) []byte {
	if f == math.Trunc(f) && f >= -(1<<63) && f < 1<<63 {
		return strconv.AppendInt(b, int64(f), 10)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

const hexDigits = "0123456789abcdef"

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		i++
	}
	return append(b, '"')
}

// MarshalJSON gives the canonical JSON form.
func (n *Node) MarshalJSON() ([]byte, error) { return n.AppendJSON(nil), nil }

// Digest is "sha256:" and the hexadecimal SHA-256 of the canonical JSON form.
func (n *Node) Digest() string { return DigestBytes(n.AppendJSON(nil)) }

// DigestBytes is "sha256:" and the hexadecimal SHA-256 of data.
func DigestBytes(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
