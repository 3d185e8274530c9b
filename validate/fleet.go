package validate

import (
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// fleet is what resolving every cluster gives, as far as it is judged here.
type fleet struct {
	workspace *profile.Workspace
	members   []member // sorted by key
}

// member is a cluster after it was resolved. Its stack is not kept: ten
// thousand of them are large.
type member struct {
	key      profile.Key
	at       diag.Range // of its name
	found    diag.Diagnostics
	resolved bool
	// unlocked: a profile follows the latest version, for want of a lock line.
	unlocked bool
	// moved: the lock was written for another stack.
	moved bool
	// lost are pins of the line that the library does not have; idle, pins that the
	// stack does not have.
	lost, idle []profile.Ref
	// waiting are the overlays that match and that the lock line does not name.
	waiting []profile.Ref
	inputs  []fleetInput
	claims  []profile.Claim
	// overlays are what overlays say of things that the stack does not have.
	overlays []profile.OverlayFindings
	// read is what policies read of the stack; suspect: its sources are not all
	// allowed.
	read    []formKey
	suspect bool
}

func resolve(ws *profile.Workspace, documents []profile.Document, org *organisation) *fleet {
	f := &fleet{workspace: ws}
	for key := range ws.Clusters() {
		f.members = append(f.members, member{key: key})
	}
	scoped := fleetVariables(ws)
	names := clusterNames(documents)
	each(len(f.members), func(i int) {
		m := &f.members[i]
		m.at = names[m.key.String()]
		m.resolve(ws, scoped, org)
	})
	return f
}

// clusterNames are the places of the names of clusters, by key.
func clusterNames(documents []profile.Document) map[string]diag.Range {
	out := map[string]diag.Range{}
	for _, d := range slices.Backward(documents) { // of two of a key, the first is the cluster
		if key, ok := strings.CutPrefix(d.Name, "cluster "); ok {
			out[key] = d.At(diag.Fields("metadata", "name"))
		}
	}
	return out
}

func (m *member) resolve(ws *profile.Workspace, scoped map[profile.Ref][]string, org *organisation) {
	stack, found := ws.Resolve(m.key)
	m.found = found
	if stack == nil {
		m.claims = ws.Claims(m.key)
		return
	}
	m.resolved = true
	entry, locked := ws.Lock().Entry(m.key)
	m.unlocked = slices.ContainsFunc(stack.Cluster().Spec.Profiles, func(text string) bool {
		ref, err := profile.ParseRef(text)
		_, pinned := entry.Pin(ref.Name)
		return err == nil && ref.Version == "" && !pinned
	})
	m.waiting = stack.WaitingOverlays()
	m.comparePins(ws, entry, stack.Pins())
	m.moved = locked && entry.Digest != stack.Digest()
	m.inputs = fleetInputs(stack, scoped)
	m.claims = stack.Claims()
	m.overlays = stack.OverlayFindings()
	m.read, m.suspect = org.stack(stack)
}

// comparePins compares the line of a cluster that resolves with the stack: a pin
// that is followed and lost keeps it from resolving, and is reported there.
func (m *member) comparePins(ws *profile.Workspace, entry profile.LockEntry, has []profile.Ref) {
	for _, pin := range entry.Pins {
		if slices.Contains(has, pin) {
			continue
		}
		_, isProfile := ws.Release(pin)
		_, isOverlay := ws.OverlayRelease(pin)
		if isProfile || isOverlay {
			m.idle = append(m.idle, pin)
		} else {
			m.lost = append(m.lost, pin)
		}
	}
}

// diagnostics are what resolving finds. A mistake that many clusters meet, such as
// two overlays of one order, is said once, with the first cluster in its notes.
func (f *fleet) diagnostics() diag.Diagnostics {
	type mistake struct {
		code, summary, detail string
		at                    diag.Range
	}
	var out diag.Diagnostics
	first := map[mistake]int{} // the member that met it
	for i, m := range f.members {
		for _, d := range m.found {
			key := mistake{d.Code, d.Summary, d.Detail, d.Range}
			if by, met := first[key]; !met || by == i {
				first[key] = i
				out = append(out, d)
			}
		}
	}
	return out
}
