package profiletest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// Fixture loads a workspace whose YAML files say, on the lines that are wrong,
// what is found there:
//
//	variables: {mtu: 100} # want: profile.variable-value "at least 1280"
//
// A comment lists the findings whose place is on its line: the code of each, and
// texts that stand in it, as [Workspace.WantDiagnostic] has them. Each finding is
// to be listed, and each that is listed is to be found, once. A finding about a
// whole file belongs to its first line. Information may be left out, and so may
// what a cluster gets because of findings elsewhere ([profile.CodeNotResolved]).
//
// A fixture that holds the mistakes alone is laid over a sound workspace with
// [Over].
func Fixture(t testing.TB, fsys fs.FS) {
	t.Helper()
	report(t, CheckFixture(fsys))
}

// CheckFixture is Fixture for callers without a test.
func CheckFixture(fsys fs.FS) error {
	listed, err := comments(fsys)
	if err != nil {
		return err
	}
	if len(listed) == 0 {
		return errors.New(`no line says what is wrong with it; write comments like # want: profile.fixed "owner security"`)
	}
	var surplus diag.Diagnostics
	for _, d := range Open(fsys).Findings {
		i := slices.IndexFunc(listed, func(c comment) bool { return c.covers(d) })
		switch {
		case i >= 0:
			listed[i].met = true
		case d.Severity != diag.Information && d.Code != profile.CodeNotResolved:
			surplus = append(surplus, d)
		}
	}
	var problems []error
	for _, c := range listed {
		if !c.met {
			problems = append(problems, fmt.Errorf("%s:%d: there is no finding %s on this line", c.file, c.line, c.wanted))
		}
	}
	if len(surplus) > 0 {
		problems = append(problems, fmt.Errorf("no comment lists\n%s", strings.TrimSpace(surplus.Text(fsys))))
	}
	return errors.Join(problems...)
}

// comment is one finding that a comment lists.
type comment struct {
	wanted
	file string
	line int
	met  bool
}

func (c comment) covers(d diag.Diagnostic) bool {
	return !c.met && c.file == d.Range.File && c.line == max(d.Range.Start.Line, 1) && c.matches(d)
}

var marker = regexp.MustCompile(`(?:^|\s)# want: (.*)$`)

// directories hold the files that a workspace consists of.
var directories = []string{"library", "hubs", "fleet", "strategies"}

// comments reads the comments of all YAML files of a workspace. Those with the most
// texts come first, so that a finding does not use up a comment that says less
// than another one that it meets, too.
func comments(fsys fs.FS) ([]comment, error) {
	var out []comment
	for _, dir := range directories {
		err := fs.WalkDir(fsys, dir, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil && name == dir && errors.Is(err, fs.ErrNotExist):
				return fs.SkipAll
			case err != nil || !entry.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)):
				return err
			}
			found, err := commentsIn(fsys, name)
			out = append(out, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b comment) int { return len(b.texts) - len(a.texts) })
	return out, nil
}

func commentsIn(fsys fs.FS, name string) ([]comment, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	var out []comment
	line := 0
	for text := range strings.Lines(string(data)) {
		line++
		found, err := commentsOf(strings.TrimRight(text, "\r\n"))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		for _, w := range found {
			out = append(out, comment{wanted: w, file: name, line: line})
		}
	}
	return out, nil
}

// commentsOf reads the comment of a line: codes, each with quoted texts.
func commentsOf(line string) ([]wanted, error) {
	match := marker.FindStringSubmatch(line)
	if match == nil {
		return nil, nil
	}
	var out []wanted
	for rest := strings.TrimSpace(match[1]); rest != ""; rest = strings.TrimSpace(rest) {
		if quoted, err := strconv.QuotedPrefix(rest); err == nil && len(out) > 0 {
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, err
			}
			out[len(out)-1].texts = append(out[len(out)-1].texts, text)
			rest = rest[len(quoted):]
			continue
		}
		code, after, _ := strings.Cut(rest, " ")
		if !strings.Contains(code, ".") || strings.ContainsAny(code, "\"'`") {
			return nil, fmt.Errorf("%q is no code; write # want: CODE \"TEXT\"... ", code)
		}
		out = append(out, wanted{code: code})
		rest = after
	}
	if len(out) == 0 {
		return nil, errors.New("the comment lists nothing")
	}
	return out, nil
}
