package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/dayzero-sdk/dayzero/internal/value"
)

// appendYAML appends the tree as a YAML document. Style is decided here for
// every scalar, so that the bytes do not depend on what the library would choose.
func appendYAML(b []byte, n *value.Node) []byte {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(yamlNode(n))
	if err == nil {
		err = encoder.Close()
	}
	if err != nil {
		panic(fmt.Sprintf("writing YAML: %v", err)) // trees hold nothing that YAML cannot
	}
	return append(b, out.Bytes()...)
}

func yamlNode(n *value.Node) *yaml.Node {
	switch n.Kind() {
	case value.Map:
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if n.Len() == 0 {
			out.Style = yaml.FlowStyle
		}
		for _, f := range n.Fields() {
			out.Content = append(out.Content, yamlString(f.Name, false), yamlNode(f.Value))
		}
		return out
	case value.List:
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		if n.Len() == 0 {
			out.Style = yaml.FlowStyle
		}
		for _, item := range n.Items() {
			out.Content = append(out.Content, yamlNode(item))
		}
		return out
	case value.String, value.Expression:
		return yamlString(n.Text(), true)
	}
	tag := map[value.Kind]string{value.Null: "!!null", value.Bool: "!!bool", value.Int: "!!int", value.Float: "!!float"}[n.Kind()]
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: string(n.AppendJSON(nil))}
}

// plainText is what is surely a string to every YAML reader: it starts with a
// letter, or with a slash or dot followed by one, and holds only harmless
// characters. Words that some reader takes for a boolean or null are told apart
// by reserved.
var plainText = regexp.MustCompile(`^[./]{0,2}[A-Za-z](?:[A-Za-z0-9_./@%+~-]|:[A-Za-z0-9_./@%+~-])*$`)

var reserved = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|nan|inf|\.inf|\.nan)$`)

func yamlString(s string, block bool) *yaml.Node {
	out := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case plainText.MatchString(s) && !reserved.MatchString(s):
	case block && blockText(s):
		out.Style = yaml.LiteralStyle
	default:
		out.Style = yaml.DoubleQuotedStyle
	}
	return out
}

// blockText reports whether a string reads well as a literal block and comes
// back from it unchanged.
func blockText(s string) bool {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") || strings.TrimSpace(s) == "" || s[0] == ' ' || s[0] == '\n' || s[0] == '\t' {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimRight(line, " \t") != line {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && (r == '\t' || r == '\ufeff' || r == '\u2028' || r == '\u2029' || r == '\u0085' || r == unicode.ReplacementChar || !unicode.IsPrint(r) && r != ' ')
	})
}
