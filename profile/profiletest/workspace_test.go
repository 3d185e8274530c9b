package profiletest_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/profile/profiletest"
)

// base is the workspace that the tests stand on.
func base(t testing.TB) fs.FS {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, f := range archive.Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return out
}

// fails holds that an expectation fails, and that what it says has all parts.
func fails(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("the expectation holds, want it to fail with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q:\n%v", part, err)
		}
	}
}

func TestClean(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	fails(t, ws.With(t, `profiles: [base, gard]`).CheckClean(), "2 findings, want none", `did you mean "guard"`, "profiles: [base, gard]\n", "^^^^")

	unused := ws.With(t, `{kind: Profile, metadata: {name: guard}, spec: {version: 1.0.0, variables: [{name: idle, type: string}]}}`)
	fails(t, unused.CheckClean(), "1 finding, want none", "warning: ", "[profile.unused-variable]")
	unused.WantClean(t, "profile.unused-variable")
}

func TestDiagnostic(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	fails(t, ws.CheckDiagnostic("profile.fixed"), "nothing is found, want profile.fixed")

	broken := ws.With(t, `overrides: [{layer: guard, values: {enforce: none}, reason: x, owner: y}]`)
	broken.WantDiagnostic(t, "profile.fixed", "owner security", "guard/1.0.0/profile.yaml:16:13")
	fails(t, broken.CheckDiagnostic("profile.fixed", "owner platform"), `no finding is profile.fixed "owner platform"; of this code there is`, "enforce: none", "^^^^")
	fails(t, broken.CheckDiagnostic("profile.cycle"), "no finding is profile.cycle; there is", "[profile.fixed]")
}

// TestThinForms: Want lets a test fail and go on, what makes values ends it.
func TestThinForms(t *testing.T) {
	ws := profiletest.Load(t, base(t))
	s := ws.Resolve(t, "office")
	for name, call := range map[string]func(t testing.TB){
		"WantClean":      func(t testing.TB) { ws.With(t, "variables: {mtv: 1}").WantClean(t) },
		"WantDiagnostic": func(t testing.TB) { ws.WantDiagnostic(t, "profile.fixed") },
		"Want":           func(t testing.TB) { s.Want(t, "cni:/values/mtu", 1, "") },
		"WantAbsent":     func(t testing.TB) { s.WantAbsent(t, "cni:/values/mtu") },
		"WantInput":      func(t testing.TB) { s.WantInput(t, "mtu", 1, "") },
		"WantLayers":     func(t testing.TB) { s.WantLayers(t, "cni") },
		"Change.Want":    func(t testing.TB) { ws.Change(t, "base@1.0.0", "base@1.1.0").Want(t, "patch") },
		"Change.WantDiagnostic": func(t testing.TB) {
			ws.Change(t, "base@1.0.0", "base@1.1.0").WantDiagnostic(t, "upgrade.version")
		},
		"Change.WantPart":  func(t testing.TB) { ws.Change(t, "base@1.0.0", "base@1.1.0").WantPart(t, "layer os") },
		"Path.Want":        func(t testing.TB) { ws.Path(t, "store-0001").Want(t) },
		"Path.WantBlocked": func(t testing.TB) { ws.Path(t, "store-0001").WantBlocked(t, "upgrade.blocked") },
		"Fixture":          func(t testing.TB) { profiletest.Fixture(t, base(t)) },
	} {
		if r := record(call); !r.failed || r.ended {
			t.Errorf("%s: failed %t, ended %t, want a failed test that goes on", name, r.failed, r.ended)
		}
	}
	for name, call := range map[string]func(t testing.TB){
		"Load": func(t testing.TB) {
			profiletest.Load(t, fstest.MapFS{"fleet/x.yaml": {Data: []byte("kind: Nothing\n")}})
		},
		"Resolve":    func(t testing.TB) { ws.Resolve(t, "offce") },
		"With":       func(t testing.TB) { ws.With(t, "[") },
		"Stack.With": func(t testing.TB) { s.With(t, "kind: Cluster") },
		"Change":     func(t testing.TB) { ws.Change(t, "base@1.0.0", "base@1.2.0") },
		"Path":       func(t testing.TB) { ws.Path(t, "office", "base@9.0.0") },
	} {
		if r := record(call); !r.ended {
			t.Errorf("%s does not end the test", name)
		}
	}
}

// recorder is a test that is only watched.
type recorder struct {
	testing.TB
	failed, ended bool
}

func record(call func(testing.TB)) (r *recorder) {
	r = &recorder{}
	defer func() {
		if v := recover(); v != nil && v != r {
			panic(v)
		}
	}()
	call(r)
	return r
}

func (r *recorder) Helper()               {}
func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Fatal(...any)          { r.failed, r.ended = true, true; panic(r) }
func (r *recorder) Fatalf(string, ...any) { r.Fatal() }
