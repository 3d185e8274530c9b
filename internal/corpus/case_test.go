package corpus

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// given answers with what it is told to.
func given(sections map[string]string) Answer {
	return func(section string) (string, bool) {
		text, ok := sections[section]
		return text, ok || section == Diagnostics
	}
}

// TestAnswered: what is wanted is replaced by what is given, findings are always
// told, and a section that nothing gives is a mistake in the case.
func TestAnswered(t *testing.T) {
	for _, c := range []struct {
		reason, archive string
		given           map[string]string
		want            string
	}{
		{"the same", "x\n-- a --\n1\n-- want/b --\n2\n", map[string]string{"b": "2\n"}, "x\n-- a --\n1\n-- want/b --\n2\n"},
		{"other", "x\n-- want/b --\n2\n", map[string]string{"b": "3\n"}, "x\n-- want/b --\n3\n"},
		{"not asked for", "x\n-- a --\n1\n", map[string]string{"b": "3\n"}, "x\n-- a --\n1\n"},
		{"findings nobody wants", "x\n-- a --\n1\n", map[string]string{Diagnostics: "bad\n"}, "x\n-- a --\n1\n-- want/diagnostics --\nbad\n"},
		{"findings that are gone", "x\n-- want/diagnostics --\nbad\n", nil, "x\n"},
	} {
		got, err := answered(txtar.Parse([]byte(c.archive)), given(c.given))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, string(txtar.Format(got))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
	if _, err := answered(txtar.Parse([]byte("-- want/c --\n")), given(nil)); err == nil || err.Error() != "nothing gives want/c" {
		t.Errorf("a section that nothing gives: %v", err)
	}
}

func TestOver(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base.txtar")
	if err := os.WriteFile(base, []byte("-- a --\n1\n-- b --\n1\n-- c --\n1\n-- want/d --\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := Over(base, fstest.MapFS{"a": {Data: []byte("absent\n")}, "b": {Data: []byte("2\n")}})
	if err != nil {
		t.Fatal(err)
	}
	want := fstest.MapFS{"b": {Data: []byte("2\n")}, "c": {Data: []byte("1\n")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := Over(base+".gone", nil); err == nil {
		t.Error("a base that is not there is none")
	}
}

// TestRun runs a case over a base in the same directory, skips one, and writes
// what is given when it is told to.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"base.txtar": "-- a --\nbase\n-- b --\nbase\n",
		"one.txtar":  "one\n-- a --\ncase\n-- want/files --\n?\n",
		"two.txtar":  "two\nskip: not yet\n-- want/nothing --\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var ran []string
	files := func(_ testing.TB, c Case) Answer {
		ran = append(ran, c.Name)
		return given(map[string]string{"files": string(c.Files["a"].Data) + string(c.Files["b"].Data)})
	}
	o := Options{Base: filepath.Join(dir, "base.txtar"), Update: true}
	Run(t, filepath.Join(dir, "*.txtar"), o, files)
	if got, _ := os.ReadFile(filepath.Join(dir, "one.txtar")); string(got) != "one\n-- a --\ncase\n-- want/files --\ncase\nbase\n" {
		t.Errorf("the case is now\n%s", got)
	}
	o.Update = false
	Run(t, filepath.Join(dir, "*.txtar"), o, files)
	if diff := cmp.Diff([]string{"TestRun/one", "TestRun/one#01"}, ran); diff != "" {
		t.Errorf("cases (-want +ran):\n%s", diff)
	}
}
