package render

import (
	"bufio"
	"fmt"
	"io"
)

// WriteYAML writes a bundle as one stream of YAML documents, shared objects
// included, phase after phase, each phase headed by a comment.
func WriteYAML(w io.Writer, b Bundle) error {
	out := bufio.NewWriter(w)
	number := 0
	for phase, objects := range b.Phases() {
		number++
		for i, o := range objects {
			fmt.Fprintln(out, "---")
			if i == 0 {
				fmt.Fprintf(out, "# phase %d: %s\n", number, phase)
			}
			out.Write(o.YAML())
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the bundle of %s: %w", b.Key(), err)
	}
	return nil
}
