package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

const planted = "testdata/vet/workspace"

// TestVet holds what vet prints of planted mistakes, and its exit status.
func TestVet(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		status int
	}{
		{"all", nil, 1},
		{"abstract", []string{"base@1.0.0"}, 1},
		{"limit", []string{"site", "--limit", "5"}, 1},
		{"with", []string{"agent", "--with", "site@1.0.0", "--label", "tier=edge"}, 1},
		{"json", []string{"agent", "--format", "json"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := dayzero(append(append([]string{"vet"}, c.args...), "--workspace", planted)...)
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			golden(t, filepath.Join("testdata/vet", c.name+".txt"), out+errs)
			if c.name == "json" && !json.Valid([]byte(out)) {
				t.Error("no JSON")
			}
		})
	}
}

// TestVetExample: the example does at every corner, rendered too.
func TestVetExample(t *testing.T) {
	status, out, errs := dayzero("vet", "--workspace", example)
	if status != 0 || !strings.Contains(out, "mem-base@1.2.0: ") || strings.Count(out, " 0 findings") != strings.Count(out, "\n") {
		t.Errorf("exit status %d\n%s%s", status, out, errs)
	}
}

// TestVetUsage holds what wrong names get: status 2, and the nearest name.
func TestVetUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"sitee"}, `did you mean "site`},
		{[]string{"site@9.9.9"}, "there is no profile"},
		{[]string{"site@x"}, "profile reference"},
		{[]string{"agent", "--with", "site"}, "names no version"},
		{[]string{"agent", "--with", "site@1.0.1"}, `did you mean "site@1.0.0"?`},
	} {
		status, out, errs := dayzero(append(append([]string{"vet"}, c.args...), "--workspace", planted)...)
		if status != 2 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %s%s", c.args, status, out, errs)
		}
	}
}
