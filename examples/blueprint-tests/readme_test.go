package blueprints

import (
	"os"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

// TestReadme: the failure that README.md shows is what a failing test says.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	failure := profiletest.Load(t, repository()).Resolve(t, "store-0001").Check("cni:/values/hubble/enabled", true, "overlay/edge@1.2.0")
	if failure == nil || !strings.Contains(string(text), failure.Error()) {
		t.Errorf("README.md lacks\n%v", failure)
	}
}
