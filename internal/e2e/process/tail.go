package process

import (
	"io"
	"os"
	"strings"
)

// tailBytes bounds how much of a log is read for its last lines.
const tailBytes = 64 << 10

// Tail gives the last n lines of the child's log, looking at no more than its
// last 64 KiB, and nothing when it cannot be read.
func (p *Process) Tail(n int) string { return tail(p.log, n) }

// tail does not seek: the child writes at the same offset.
func tail(file *os.File, n int) string {
	stat, err := file.Stat()
	if err != nil {
		return ""
	}
	start := max(0, stat.Size()-tailBytes)
	data, err := io.ReadAll(io.NewSectionReader(file, start, tailBytes))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
