package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
)

// WriteYAML writes bundles as one stream of YAML documents, phase after phase,
// each phase headed by a comment. Shared sets come first, each once, then the
// objects of one cluster after the other.
func WriteYAML(w io.Writer, bundles ...Bundle) error {
	out := bufio.NewWriter(w)
	stream := stream{w: out}
	seen := map[string]bool{}
	var shared []Item
	for _, b := range bundles {
		for _, s := range b.shared {
			if !seen[b.key.Hub+"/"+s.Digest] {
				seen[b.key.Hub+"/"+s.Digest] = true
				shared = append(shared, s.Items...)
			}
		}
	}
	slices.SortStableFunc(shared, compareItems)
	stream.write("shared", shared)
	for _, b := range bundles {
		stream.write(b.Key().String(), b.own)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	return nil
}

// stream numbers phases over all that is written.
type stream struct {
	w      *bufio.Writer
	number int
}

func (s *stream) write(owner string, items []Item) {
	for i, item := range items {
		fmt.Fprintln(s.w, "---")
		if i == 0 || item.Phase.Compare(items[i-1].Phase) != 0 {
			s.number++
			fmt.Fprintf(s.w, "# phase %d: %s: %s\n", s.number, owner, item.Phase)
		}
		s.w.Write(item.YAML())
	}
}
