package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var approvalsArgs = []string{"approvals", "--workspace", "testdata/approvals/want", "--against", "testdata/approvals/have"}

// TestApprovals holds whom a change has to ask, what its author may not do, and
// the JSON form of both.
func TestApprovals(t *testing.T) {
	author := []string{"--actor", "ann", "--group", "store-ops", "--group", "network"}
	for _, c := range []struct {
		golden string
		args   []string
		status int
	}{
		{"want.txt", nil, 0},
		{"want.json", []string{"--format", "json"}, 0},
		{"want-author.txt", author, 1},
		{"want-author.json", append([]string{"--format", "json"}, author...), 1},
		{"want-platform.txt", []string{"--group", "platform"}, 0},
		{"want-nothing.txt", []string{"--workspace", "testdata/approvals/have"}, 0},
	} {
		status, out, errs := dayzero(append(approvalsArgs, c.args...)...)
		if status != c.status {
			t.Errorf("%v: exit status %d, want %d: %s", c.args, status, c.status, errs)
		}
		golden(t, filepath.Join("testdata/approvals", c.golden), out)
	}
}

func TestApprovalsExitStatus(t *testing.T) {
	for _, c := range []struct {
		reason string
		args   []string
		want   int
	}{
		{"nothing to compare with", []string{"approvals", "--workspace", example}, 2},
		{"a directory that is not there", []string{"approvals", "--workspace", example, "--against", "testdata/nowhere"}, 2},
		{"a broken workspace", []string{"approvals", "--workspace", "testdata/broken/unknown-field/workspace", "--against", example}, 1},
		{"a broken workspace before", []string{"approvals", "--workspace", example, "--against", "testdata/broken/unknown-field/workspace"}, 1},
	} {
		if status, out, errs := dayzero(c.args...); status != c.want {
			t.Errorf("%s: exit status %d, want %d\n%s%s", c.reason, status, c.want, out, errs)
		}
	}
}

// TestValidateAgainst: what the workspace before published and fixed is judged.
func TestValidateAgainst(t *testing.T) {
	status, out, errs := dayzero("validate", "--workspace", "testdata/approvals/want", "--against", "testdata/approvals/have")
	if status != 0 {
		t.Errorf("exit status %d: %s", status, errs)
	}
	golden(t, "testdata/approvals/want-validate.txt", out)

	workspace := copyExample(t)
	file := filepath.Join(workspace, "library/pod-security/1.1.0/profile.yaml")
	write(t, file, strings.Replace(read(t, file), "owner: security", "owner: edge", 1))
	if status, out, _ = dayzero("validate", "--workspace", workspace, "--against", example); status != 1 || !strings.Contains(out, "profile pod-security@1.1.0 has other content than before") {
		t.Errorf("exit status %d:\n%s", status, out)
	}
}

// TestPublish: a dry run writes nothing, publishing adds lines behind those that
// are there, and what is published cannot be published otherwise.
func TestPublish(t *testing.T) {
	workspace := t.TempDir()
	if err := os.CopyFS(workspace, os.DirFS("testdata/approvals/want")); err != nil {
		t.Fatal(err)
	}
	sum := filepath.Join(workspace, "library.sum")
	if status, out, errs := dayzero("publish", "--workspace", workspace, "--dry-run"); status != 0 || !strings.HasSuffix(out, "3 versions to publish\n") {
		t.Errorf("exit status %d: %s%s", status, out, errs)
	}
	if _, err := os.Stat(sum); err == nil {
		t.Error("a dry run wrote library.sum")
	}

	status, out, errs := dayzero("publish", "--workspace", workspace, "sec@1.0.0")
	if status != 0 || !strings.HasSuffix(out, "1 version published\nwithout a line: base@1.0.0, base@1.1.0\n") {
		t.Errorf("exit status %d: %s%s", status, out, errs)
	}
	first := "\n" + strings.TrimSuffix(read(t, sum), "\n")
	write(t, sum, first)
	if status, _, errs := dayzero("publish", "--workspace", workspace); status != 0 {
		t.Error(errs)
	}
	if text := read(t, sum); !strings.HasPrefix(text, first+"\nbase@1.0.0 sha256:") || strings.Count(text, "\n") != 4 {
		t.Errorf("lines were not added behind the others:\n%s", text)
	}
	if status, out, _ := dayzero("validate", "--workspace", workspace); status != 0 {
		t.Errorf("what was published is not valid:\n%s", out)
	}

	file, before := filepath.Join(workspace, "library/sec/1.0.0/profile.yaml"), read(t, sum)
	write(t, file, strings.Replace(read(t, file), "/values/encryption", "/values/mtu", 1))
	if status, _, errs := dayzero("publish", "--workspace", workspace, "sec@1.0.0"); status != 1 || !strings.Contains(errs, "published with other content") {
		t.Errorf("exit status %d: %s", status, errs)
	}
	if read(t, sum) != before {
		t.Error("a refused publication wrote something")
	}
	if status, _, errs := dayzero("publish", "--workspace", "testdata/approvals/want", "nothing@1.0.0"); status != 2 || !strings.Contains(errs, "the library has no such version") {
		t.Errorf("exit status %d: %s", status, errs)
	}
}

func TestPublishJSON(t *testing.T) {
	status, out, errs := dayzero("publish", "--workspace", "testdata/approvals/want", "--dry-run", "--format", "json", "base@1.0.0")
	if status != 0 {
		t.Fatal(errs)
	}
	var got struct {
		APIVersion             string
		Published, Unpublished []string
		DryRun                 bool
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.APIVersion != "dayzero.dev/publish/v1alpha1" || len(got.Published) != 1 || !strings.HasPrefix(got.Published[0], "base@1.0.0 sha256:") || len(got.Unpublished) != 2 || !got.DryRun {
		t.Errorf("got %+v", got)
	}
}

// TestValidateAgainstBroken: what could not be read of the workspace before holds
// nothing, which is said.
func TestValidateAgainstBroken(t *testing.T) {
	before := copyExample(t)
	file := filepath.Join(before, "fleet/local.yaml")
	write(t, file, "}{\n"+read(t, file))
	status, out, _ := dayzero("validate", "--workspace", example, "--against", before)
	if status != 0 || !strings.Contains(out, "[validate.not-compared]") || !strings.Contains(out, "fleet/local.yaml:1:1: error:") {
		t.Errorf("exit status %d\n%s", status, out)
	}
}
