package profiletest_test

import (
	"testing"
	"testing/fstest"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

// cluster lays a cluster over the base whose spec goes on with these lines.
func cluster(t *testing.T, lines string) error {
	t.Helper()
	head := "apiVersion: dayzero.dev/v1alpha1\nkind: Cluster\nmetadata: {name: x, namespace: fleet}\nspec:\n  profiles: [base, guard]\n"
	return profiletest.CheckFixture(profiletest.Over(base(t), fstest.MapFS{"fleet/x.yaml": {Data: []byte(head + lines)}}))
}

func TestFixture(t *testing.T) {
	for _, lines := range []string{
		`  variables: {mtu: 100} # want: profile.variable-value "less than 1280"`,
		`  variables: {mtu: 100, mtv: 1} # want: profile.undeclared-variable "mtv" profile.variable-value`,
		`  variables: {one: 1, two: 2} # want: profile.undeclared-variable profile.undeclared-variable`,
		"  variables: {mtu: 100, zones: 1} # want: profile.variable-value `mtu` `1280` profile.undeclared-variable\n  size: 1 # want: profile.unknown-field",
	} {
		if err := cluster(t, lines); err != nil {
			t.Errorf("%s\n%v", lines, err)
		}
	}
}

// TestFixtureOfOtherFiles: files that are no part of the workspace say nothing.
func TestFixtureOfOtherFiles(t *testing.T) {
	fails(t, profiletest.CheckFixture(profiletest.Over(base(t), fstest.MapFS{
		"testdata/fleet/x.yaml": {Data: []byte("size: 1 # want: profile.unknown-field\n")},
	})), "no line says what is wrong with it")
}

func TestFixtureExplains(t *testing.T) {
	for _, c := range []struct {
		lines string
		parts []string
	}{
		{"  variables: {mtu: 100} # want: profile.fixed", []string{"fleet/x.yaml:6: there is no finding profile.fixed on this line", "no comment lists\nerror: ", "^^^"}},
		{`  variables: {mtu: 100} # want: profile.variable-value "at most"`, []string{`no finding profile.variable-value "at most"`, "no comment lists"}},
		{"  # want: profile.variable-value\n  variables: {mtu: 100}", []string{"fleet/x.yaml:6: there is no finding", "no comment lists"}},
		{"  variables: {mtu: 100} # want: profile.variable-value profile.variable-value", []string{"there is no finding profile.variable-value"}},
		{"  variables: {one: 1, two: 2} # want: profile.undeclared-variable", []string{"no comment lists", `"two"`}},
		{"  variables: {mtu: 1400} # want: profile.variable-value", []string{"fleet/x.yaml:6: there is no finding"}},
		{"  variables: {mtu: 100} # want: ", []string{"fleet/x.yaml:6: the comment lists nothing"}},
		{`  variables: {mtu: 100} # want: "text"`, []string{"fleet/x.yaml:6:", "is no code"}},
		{"  variables: {mtu: 100}", []string{"no line says what is wrong with it"}},
	} {
		fails(t, cluster(t, c.lines), c.parts...)
	}
}
