package validate

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// zoneNames are the names of the IANA time zone database, one a line, sorted, as
// the Go release of this module ships it. Systems differ in what they know; a
// workspace does not become wrong by being validated elsewhere.
//
//go:embed zones.txt
var zoneNames string

var zones = sync.OnceValue(func() []string { return strings.Fields(zoneNames) })

// timeZone holds a cluster to a time zone that everybody knows.
func timeZone(d profile.Document, _ Options) diag.Diagnostics {
	path := diag.Fields("spec", "timeZone")
	name, ok := d.Tree().Find(path).Str()
	if _, known := slices.BinarySearch(zones(), name); !ok || known || !isText(name) {
		return nil
	}
	hint := "write a name of the IANA database, such as Europe/Berlin; UTC is the default"
	if near, ok := diag.Nearest(name, zones()); ok {
		hint = "did you mean " + near + "? " + hint
	}
	return diag.Diagnostics{diag.Errorf("validate.time-zone", d.At(path), "there is no time zone %q", clipped(name)).WithDetail("%s", hint).WithPath(path)}
}
