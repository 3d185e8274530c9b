package handbook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Handbook is a workspace written down.
type Handbook struct {
	ws *profile.Workspace
	// uses are the clusters of each version, sorted by key. A cluster that does not
	// resolve counts for the names in its document, without versions.
	uses map[profile.Ref][]profile.Key
}

// Page is one page.
type Page struct {
	// Name is where the page belongs, and where links of other pages lead:
	// README.md for the index, profiles/<name>.md for a profile.
	Name  string `json:"name"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Of writes a workspace down. It resolves each cluster once.
func Of(ws *profile.Workspace) *Handbook {
	h := &Handbook{ws: ws, uses: map[profile.Ref][]profile.Key{}}
	for key := range ws.Clusters() {
		for _, ref := range used(ws, key) {
			h.uses[ref] = append(h.uses[ref], key)
		}
	}
	return h
}

func used(ws *profile.Workspace, key profile.Key) []profile.Ref {
	if stack, _ := ws.Resolve(key); stack != nil {
		return stack.Pins()
	}
	cluster, _ := ws.Cluster(key)
	var out []profile.Ref
	for _, text := range cluster.Spec.Profiles {
		if ref, err := profile.ParseRef(text); err == nil {
			out = append(out, profile.Ref{Name: ref.Name})
		}
	}
	return out
}

// Pages are all pages: the index, and one for each profile, by name.
func (h *Handbook) Pages() []Page {
	out := []Page{h.Index()}
	for _, name := range h.names() {
		page, _ := h.Page(profile.Ref{Name: name})
		out = append(out, page)
	}
	return out
}

// Page is the page of one version of a profile, with what changed since the
// version before it; for a name alone, that of the latest version that is not a
// -dev version, with the changes of all. ok is false where there is none.
func (h *Handbook) Page(ref profile.Ref) (page Page, ok bool) {
	compared := h.ws.Versions(ref.Name)
	counted := compared
	if ref.Version == "" {
		if ref, ok = h.latest(ref.Name); !ok {
			return Page{}, false
		}
	} else {
		end := slices.Index(compared, ref) + 1
		compared, counted = compared[max(0, end-2):end], []profile.Ref{ref}
	}
	r, ok := h.ws.Release(ref)
	if !ok {
		return Page{}, false
	}
	s := &sheet{Handbook: h, release: r, spec: r.Profile.Spec}
	s.write(counted, compared)
	return Page{Name: "profiles/" + ref.Name + ".md", Title: ref.String(), Text: s.String()}, true
}

// names are the profiles, sorted.
func (h *Handbook) names() []string {
	var out []string
	for p := range h.ws.Profiles() {
		out = append(out, p.Ref().Name)
	}
	return slices.Compact(out)
}

// latest is the highest version that is not a -dev version, or the highest.
func (h *Handbook) latest(name string) (profile.Ref, bool) {
	return latestOf(h.ws.Versions(name))
}

// latestOf is the same of versions, which ascend.
func latestOf(versions []profile.Ref) (profile.Ref, bool) {
	for _, ref := range slices.Backward(versions) {
		if v, err := profile.ParseVersion(ref.Version); err == nil && !v.IsDev() {
			return ref, true
		}
	}
	if len(versions) == 0 {
		return profile.Ref{}, false
	}
	return versions[len(versions)-1], true
}

// clusters are how many use any version of a profile or an overlay.
func (h *Handbook) clusters(name string) int {
	n := 0
	for ref, keys := range h.uses {
		if ref.Name == name {
			n += len(keys)
		}
	}
	return n
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// orNone is a text, or a dash.
func orNone(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// sentence joins parts as prose.
func sentence(parts []string) string { return strings.Join(parts, "; ") }
