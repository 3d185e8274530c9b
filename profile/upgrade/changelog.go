package upgrade

import (
	"fmt"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/markdown"
)

// Text is the difference for people: the verdict, then a line for each change,
// in order, with its place.
func (d Difference) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s -> %s: %s needed, %s declared\n", d.From, d.To, d.Needed, d.Declared)
	for _, c := range d.Changes {
		fmt.Fprintf(&b, "  %-5s  %s: %s (%s)\n", c.Bump, c.Subject, c.Summary, c.Reason)
		if at := c.place(); !at.IsZero() {
			fmt.Fprintf(&b, "         %s", at)
			if was := c.From.Origin.Range; !c.From.Value.IsZero() && !was.IsZero() && was != at {
				fmt.Fprintf(&b, ", was %s", was)
			}
			fmt.Fprintln(&b)
		}
	}
	return b.String()
}

// chapters are the headings of a changelog, the most important first.
var chapters = []struct {
	bump  Bump
	title string
}{
	{Major, "Breaking changes"},
	{Minor, "New and changed"},
	{Patch, "Values and corrections"},
}

// Markdown is the difference as a chapter of a changelog: what breaks, with the
// reason, then what is new, then the rest; inside each in the order of the
// changes.
func (d Difference) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s %s\n\n", markdown.Text(d.To.Name), markdown.Text(d.To.Version))
	if len(d.Changes) == 0 {
		fmt.Fprintf(&b, "Nothing changed since %s.\n", markdown.Text(d.From.Version))
		return b.String()
	}
	fmt.Fprintf(&b, "Since %s. These changes need a %s version.\n", markdown.Text(d.From.Version), d.Needed)
	for _, chapter := range chapters {
		d.chapter(&b, chapter.bump, chapter.title)
	}
	return b.String()
}

func (d Difference) chapter(b *strings.Builder, bump Bump, title string) {
	first := true
	for _, c := range d.Changes {
		if c.Bump != bump {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n### %s\n\n", title)
			first = false
		}
		fmt.Fprintf(b, "- **%s**: %s", markdown.Text(c.Subject), markdown.Text(c.Summary))
		if bump == Major {
			fmt.Fprintf(b, " (%s)", markdown.Text(c.Reason))
		}
		b.WriteByte('\n')
	}
}
