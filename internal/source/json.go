package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// jsonObjects reads a text that is JSON objects one after the other, with a
// place on every node: many times faster than reading it as YAML, which matters
// for dumps. number makes the nodes of numbers, which are a [json.Number]. ok is
// false for anything else, such as YAML in flow style, and for JSON with mistakes;
// then nothing is reported.
func (t *text) jsonObjects(data []byte, number func(any, value.Place) (*value.Node, error)) (roots []*value.Node, ok bool) {
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' || !utf8.Valid(data) {
		return nil, false
	}
	r := &jsonReader{text: t, number: number, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: t.offset + 1, column: 1}
	r.decoder.UseNumber()
	found := len(t.diags)
	for {
		root, err := r.next(1)
		if errors.Is(err, io.EOF) && root == nil {
			return roots, true
		}
		if err != nil || root.Kind() != value.Map {
			t.diags = t.diags[:found]
			return nil, false
		}
		roots = append(roots, root)
	}
}

// jsonReader makes trees of JSON tokens.
type jsonReader struct {
	*text
	data         []byte
	decoder      *json.Decoder
	number       func(any, value.Place) (*value.Node, error)
	at           int // offset of line and column
	line, column int
}

var (
	errDepth  = errors.New("nested too deep")
	errLength = errors.New("a list too long")
)

// token returns the next token and where it starts.
func (r *jsonReader) token() (json.Token, value.Place, error) {
	start := int(r.decoder.InputOffset())
	for start < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	token, err := r.decoder.Token()
	if err != nil {
		return nil, value.Place{}, err
	}
	from := r.advance(start)
	place := value.Place{Writer: r.writer, Line: int32(from.line), Column: int32(from.column), EndLine: int32(from.line), EndCol: int32(from.column)}
	if _, structural := token.(json.Delim); !structural {
		place.EndCol += int32(utf8.RuneCount(r.data[start:r.decoder.InputOffset()]))
	}
	return token, place, nil
}

type position struct{ line, column int }

// advance moves on to an offset, counting lines and code points.
func (r *jsonReader) advance(to int) position {
	passed := r.data[r.at:to]
	if lines := bytes.Count(passed, []byte("\n")); lines > 0 {
		r.line, r.column = r.line+lines, 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	r.column += utf8.RuneCount(passed)
	r.at = to
	return position{r.line, r.column}
}

func (r *jsonReader) next(depth int) (*value.Node, error) {
	token, place, err := r.token()
	if err != nil {
		return nil, err
	}
	return r.build(token, place, depth)
}

func (r *jsonReader) build(token json.Token, place value.Place, depth int) (*value.Node, error) {
	if depth > r.limits.Nesting {
		return nil, errDepth
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.object(place, depth)
		}
		return r.array(place, depth)
	case string:
		return value.NewString(token, place), nil
	case bool:
		return value.NewBool(token, place), nil
	case json.Number:
		return r.number(token, place)
	}
	return value.NewNull(place), nil
}

func (r *jsonReader) object(place value.Place, depth int) (*value.Node, error) {
	var fields []value.Entry
	seen := map[string]bool{}
	for r.decoder.More() {
		token, key, err := r.token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if seen[name] {
			return nil, errors.New("duplicate key") // told when it is read as YAML
		}
		seen[name] = true
		v, err := r.next(depth + 1)
		if err != nil {
			return nil, noEOF(err)
		}
		fields = append(fields, value.Entry{Name: name, Key: key, Value: v})
	}
	_, _, err := r.token() // the closing brace
	return value.NewMap(fields, place), noEOF(err)
}

func (r *jsonReader) array(place value.Place, depth int) (*value.Node, error) {
	var items []*value.Node
	for r.decoder.More() {
		item, err := r.next(depth + 1)
		if err != nil {
			return nil, noEOF(err)
		}
		if items = append(items, item); len(items) > r.limits.ListItems {
			return nil, errLength
		}
	}
	_, _, err := r.token() // the closing bracket
	return value.NewList(items, place), noEOF(err)
}

// noEOF keeps an end inside a value from being taken for the end of the text.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
