package validate

import "testing"

// TestAllowed: a prefix allows what lies below it, and nothing that only looks
// as if it did.
func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		prefix, source string
		want           bool
	}{
		{"oci://registry.corp", "oci://registry.corp/charts/dns", true},
		{"oci://registry.corp/charts", "oci://registry.corp/charts", true},
		{"oci://registry.corp/charts/dns", "oci://registry.corp/charts/dns:1.0.0@sha256:aa", true},
		{"oci://registry.corp/charts/dns", "oci://registry.corp/charts/dns@sha256:aa", true},
		{"registry.corp:8443", "registry.corp:8443/app", true},
		{"registry.corp/app", "registry.corp/app", true},
		{"library", "library/base/1.0.0/..data/app.yaml", true},
		{"registry.corp", "registry.corporate/app", false},
		{"registry.corp", "registry.corp:8443/app", false},
		{"registry.corp/app", "registry.corp/app:80/x", false},
		{"registry.corp/app", "registry.corp/apple", false},
		{"oci://registry.corp", "oci://registry.corp@evil.example/x", false},
		{"oci://registry.corp", "oci://registry.corp:x@evil.example/x", false},
		{"oci://registry.corp", `oci://registry.corp\@evil.example/x`, false},
		{"oci://registry.corp:x@evil.example", "oci://registry.corp:x@evil.example/x", false},
		{"https://registry.corp", "https://registry.corp?@evil.example/x", false},
		{"oci://registry.corp/approved", "oci://registry.corp/approved/../evil", false},
		{"oci://registry.corp/approved", "oci://registry.corp/approved/..", false},
		{"https://registry.corp/approved", "https://registry.corp/approved/%2E%2e/evil", false},
		{"https://registry.corp/approved", "https://registry.corp/approved/..%2Fevil", false},
		{"https://registry.corp/approved", `https://registry.corp/approved/..\evil`, false},
	} {
		if got := allowed(c.source, []string{c.prefix}); got != c.want {
			t.Errorf("%s under %s: %v, want %v", c.source, c.prefix, got, c.want)
		}
	}
}
