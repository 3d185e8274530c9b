package profiletest_test

import (
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

func TestStack(t *testing.T) {
	s := profiletest.Load(t, base(t)).Resolve(t, "eu-1/fleet/store-0001")
	s.Want(t, "cni:/values/hubble/enabled", false, "overlay/edge@1.2.0")
	s.Want(t, "cni:/values/hubble/port", 4244, "base@1.0.0")
	s.Want(t, "base/cni:/values/hubble", map[string]any{"enabled": false, "port": 4244}, "")
	s.Want(t, "cni:/values/zones", []string{"a", "b"}, "base@1.0.0")
	s.WantAbsent(t, "cni:/values/hubble/relay")
	s.WantInput(t, "mtu", 9000, "cluster eu-1/fleet/store-0001")
	s.WantLayers(t, "os", "kubernetes", "cni", "csi", "guard")
}

// TestStackExplains: a failed expectation says what is there, where it was
// written, what it was computed from, and what it was put over.
func TestStackExplains(t *testing.T) {
	s := profiletest.Load(t, base(t)).Resolve(t, "fleet/store-0001")
	fails(t, s.Check("cni:/values/hubble/enabled", true, "base@1.0.0"),
		"error: cni:/values/hubble/enabled of eu-1/fleet/store-0001 is false from overlay/edge@1.2.0, want true, want it from base@1.0.0\n",
		"--> library/overlays/edge/1.2.0/overlay.yaml:9:52\n", "{enabled: false}}}]\n", "  ^^^^^\n",
		"note: it was put over true from base@1.0.0\n", "--> library/base/1.0.0/profile.yaml:16:52\n")
	fails(t, s.Check("cni:/values/hubble/enabled", false, "base@1.0.0"), "is false from overlay/edge@1.2.0, want it from base@1.0.0\n")
	fails(t, s.Check("cni:/values/mtu", 1450, ""), "is 9000 from base@1.0.0, want 1450\n",
		"note: it reads cluster eu-1/fleet/store-0001, variable\n", "mtu: 9000 # jumbo frames")
	fails(t, s.Check("cni:/values/zones", []string{"a", "c"}, ""), "(-want +got)")
	fails(t, s.Check("cni:/values/mtu", "9000", ""), `is 9000 from base@1.0.0, want "9000"`)
	fails(t, s.CheckAbsent("cni:/values/mtu"), "is 9000, want none", "profile.yaml:16:19")
	fails(t, s.CheckLayers("os", "cni", "kubernetes", "csi", "guard"), "layers of eu-1/fleet/store-0001 (-want +got)")
	fails(t, s.CheckInput("mtu", 1450, "base@1.0.0"), "variable mtu of eu-1/fleet/store-0001 is 9000 from cluster eu-1/fleet/store-0001, want 1450, want it from base@1.0.0",
		"it was put over 1450 from base@1.0.0")
}

func TestStackHints(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	s := ws.Resolve(t, "store-0001")
	fails(t, s.Check("cni:/values/hubble/enable", true, ""), "is not there", "did you mean /values/hubble/enabled?", "library/base/1.0.0/profile.yaml:13:")
	fails(t, s.Check("cmi:/values/mtu", true, ""), `there is no layer "cmi"; did you mean "cni"?`)
	fails(t, s.Check("cni", true, ""), `"cni" is no LAYER:PATH`)
	fails(t, s.Check("cni:values", true, ""), `reading "cni:values"`)
	fails(t, s.Check("cni:/values/mtu", func() {}, ""), "the wanted value")
	fails(t, s.CheckInput("mtv", 1, ""), `did you mean "mtu"?`)
	_, err := ws.StackOf("stor-0001")
	fails(t, err, `there is no cluster "stor-0001"; did you mean "store-0001"?`)
	_, err = ws.With(t, "profiles: [bas]").StackOf("office")
	fails(t, err, "resolving cluster eu-1/fleet/office", `did you mean "base"`, "profiles: [bas]")
}

// TestStackWithholds: no failed expectation shows a sensitive value, nor the line
// it stands on.
func TestStackWithholds(t *testing.T) {
	s := profiletest.Load(t, base(t)).Resolve(t, "store-0001")
	s.Want(t, "guard:/values/token", "hunter2", "guard@1.0.0")
	for _, err := range []error{
		s.Check("guard:/values/token", "other", "nobody"),
		s.CheckAbsent("guard:/values/token"),
		s.CheckInput("token", "other", "nobody"),
	} {
		fails(t, err, "a value that is not shown")
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a sensitive value is shown:\n%v", err)
		}
	}
}
