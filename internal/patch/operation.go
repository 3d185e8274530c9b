package patch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// Apply carries out one operation of a JSON Patch (RFC 6902).
func Apply(root, op *value.Node) (*value.Node, error) {
	name, _ := op.Get("op").Str()
	path, err := pointer(op.Get("path").Text())
	if err != nil {
		return nil, err
	}
	if op.Get("value") == nil && slices.Contains([]string{"add", "replace", "test"}, name) {
		return nil, fmt.Errorf("the operation %s has no value", name)
	}
	switch name {
	case "add":
		return edit(root, path, func(*value.Node, bool) (*value.Node, error) { return op.Get("value"), nil }, true)
	case "replace":
		return edit(root, path, present(op.Get("value")), false)
	case "remove":
		return edit(root, path, present(nil), false)
	case "test":
		return root, test(root, path, op.Get("value"))
	case "copy", "move":
		return transfer(root, path, op, name == "move")
	}
	return nil, fmt.Errorf("unknown operation %q", name)
}

func transfer(root *value.Node, path []string, op *value.Node, move bool) (*value.Node, error) {
	from, err := pointer(op.Get("from").Text())
	if err != nil {
		return nil, err
	}
	found, err := look(root, from)
	if err != nil {
		return nil, err
	}
	if move {
		if root, err = edit(root, from, present(nil), false); err != nil {
			return nil, err
		}
	}
	return edit(root, path, func(*value.Node, bool) (*value.Node, error) { return found, nil }, true)
}

func test(root *value.Node, path []string, want *value.Node) error {
	got, err := look(root, path)
	if err == nil && !got.Equal(want) {
		err = fmt.Errorf("test failed at /%s: the value is %s", strings.Join(path, "/"), got.AppendJSON(nil))
	}
	return err
}

func pointer(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return nil, fmt.Errorf("the path %q does not start with a slash", text)
	}
	parts := strings.Split(rest, "/")
	for i, p := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts, nil
}

func look(n *value.Node, path []string) (*value.Node, error) {
	for i, part := range path {
		var next *value.Node
		if n.Kind() == value.List {
			at, err := index(part, n.Len()-1)
			if err != nil {
				return nil, err
			}
			next = n.Items()[at]
		} else {
			next = n.Get(part)
		}
		if next == nil {
			return nil, fmt.Errorf("there is nothing at /%s", strings.Join(path[:i+1], "/"))
		}
		n = next
	}
	return n, nil
}

func index(part string, last int) (int, error) {
	i, err := strconv.Atoi(part)
	if err != nil || i < 0 || strconv.Itoa(i) != part {
		return 0, fmt.Errorf("%q is not an index of a list", part)
	}
	if i > last {
		return 0, fmt.Errorf("index %d is outside the list, whose last is %d", i, last)
	}
	return i, nil
}

// change gives the new value at a place, nil to remove it.
type change func(old *value.Node, found bool) (*value.Node, error)

func present(v *value.Node) change {
	return func(_ *value.Node, found bool) (*value.Node, error) {
		if !found {
			return nil, fmt.Errorf("there is nothing at the path")
		}
		return v, nil
	}
}

// edit returns n changed at path. insert makes room in a list for the new
// element; parents must exist.
func edit(n *value.Node, path []string, c change, insert bool) (*value.Node, error) {
	if len(path) == 0 {
		return c(n, n != nil)
	}
	switch n.Kind() {
	case value.List:
		return editList(n, path, c, insert)
	case value.Map:
		return editField(n, path, c, insert)
	}
	return nil, fmt.Errorf("there is nothing at /%s", path[0])
}

func editField(n *value.Node, path []string, c change, insert bool) (*value.Node, error) {
	old := n.Get(path[0])
	if old == nil && len(path) > 1 {
		return nil, fmt.Errorf("there is nothing at /%s", path[0])
	}
	v, err := edit(old, path[1:], c, insert)
	switch {
	case err != nil && len(path) > 1:
		return nil, fmt.Errorf("below /%s: %w", path[0], err)
	case err != nil:
		return nil, err
	case v == nil:
		return n.Without(path[0]), nil
	}
	return n.With(path[0], v), nil
}

func editList(n *value.Node, path []string, c change, insert bool) (*value.Node, error) {
	items := slices.Clone(n.Items())
	adding := insert && len(path) == 1
	last := len(items) - 1
	if adding {
		last++
	}
	at := last
	if !adding || path[0] != "-" {
		var err error
		if at, err = index(path[0], last); err != nil {
			return nil, err
		}
	}
	if adding {
		v, err := c(nil, false)
		if err != nil {
			return nil, err
		}
		return n.WithItems(slices.Insert(items, at, v)), nil
	}
	v, err := edit(items[at], path[1:], c, insert)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return n.WithItems(slices.Delete(items, at, at+1)), nil
	}
	items[at] = v
	return n.WithItems(items), nil
}
