package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const upgrades = "testdata/upgrade/workspace"

// TestUpgrade holds what diff and path print, and their exit status.
func TestUpgrade(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		status int
	}{
		{"diff", []string{"diff", "base@1.1.0", "base@1.2.0"}, 0},
		{"diff too small", []string{"diff", "guard@1.0.0", "guard@1.1.0"}, 1},
		{"diff of an overlay", []string{"diff", "eu@1.0.0", "eu@1.0.1"}, 1},
		{"diff json", []string{"diff", "guard@1.0.0", "guard@1.1.0", "--format", "json"}, 1},
		{"diff markdown", []string{"diff", "guard@1.1.0", "guard@2.0.0", "--format", "markdown"}, 0},
		{"path", []string{"path", "one"}, 0},
		{"path json", []string{"path", "one", "--format", "json"}, 0},
		{"path together", []string{"path", "one", "--together"}, 0},
		{"path to", []string{"path", "one", "--to", "base@1.1.0"}, 0},
		{"path of a conflict", []string{"path", "two"}, 1},
		{"path under an overlay json", []string{"path", "three", "--format", "json"}, 0},
		{"path blocked", []string{"path", "one", "--to", "base@1.2.0"}, 1},
		{"path blocked by a requirement", []string{"path", "one", "--to", "guard@2.0.0"}, 1},
		{"path down", []string{"path", "two", "--to", "guard@1.0.0"}, 1},
		{"path down on purpose", []string{"path", "two", "--to", "guard@1.0.0", "--older"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := dayzero(append(c.args, "--workspace", upgrades)...)
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			golden(t, filepath.Join("testdata/upgrade", strings.ReplaceAll(c.name, " ", "-")+".txt"), out+errs)
			if strings.Contains(c.name, "json") && !json.Valid([]byte(out)) {
				t.Error("no JSON")
			}
		})
	}
}

// TestUpgradeUsage holds what wrong names get: status 2, and the nearest name.
func TestUpgradeUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"diff", "base", "base@1.2.0"}, "want NAME@VERSION"},
		{[]string{"diff", "base@1.1.0", "bas@1.2.0"}, `did you mean "base@1.2.0"?`},
		{[]string{"path", "onee"}, `did you mean "one"?`},
		{[]string{"path", "one", "--to", "base@9.9.9"}, "there is no version"},
		{[]string{"path", "one", "--to", "base"}, "names no version"},
	} {
		status, out, errs := dayzero(append(c.args, "--workspace", upgrades)...)
		if status != 2 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %s%s", c.args, status, out, errs)
		}
	}
}

// TestUpgradeWritesNothing: both commands leave the workspace as it is.
func TestUpgradeWritesNothing(t *testing.T) {
	before, err := os.ReadFile(filepath.Join(upgrades, "fleet.lock"))
	if err != nil {
		t.Fatal(err)
	}
	dayzero("path", "one", "--workspace", upgrades)
	dayzero("diff", "base@1.1.0", "base@1.2.0", "--workspace", upgrades)
	if after, _ := os.ReadFile(filepath.Join(upgrades, "fleet.lock")); string(after) != string(before) {
		t.Error("the lock changed")
	}
}
