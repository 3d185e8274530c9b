package validate

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/value"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// organisation holds documents and stacks to the policies of a workspace. What a
// policy reads is evaluated once, however many documents say it.
type organisation struct {
	documents []profile.Document
	clusters  map[string]int // positions of their documents, by key
	layers    layerPlaces
	policies  []*policy // sorted by code
	// stackFields are the fields of stacks that some policy reads.
	stackFields map[string]bool
	sources     *sourcePolicy
	images      *imageCache
	waivers     *waivers
	// found is what is wrong with the files of policies.
	found diag.Diagnostics

	mu    sync.Mutex
	forms map[formKey]*policyForm
	// evaluations counts how often CUE was asked.
	evaluations int
}

// formKey identifies what a policy reads: by the digest of its canonical form.
type formKey struct {
	policy *policy
	digest [sha256.Size]byte
}

type policyForm struct {
	data     *value.Node
	refusals []refusal
	// tooLarge: the policy is not evaluated over this.
	tooLarge bool
}

func newOrganisation(ws *profile.Workspace, documents []profile.Document, now time.Time) *organisation {
	o := &organisation{documents: documents, clusters: map[string]int{}, stackFields: map[string]bool{}, images: newImageCache(), forms: map[formKey]*policyForm{}}
	for i, d := range slices.Backward(documents) {
		if key, ok := strings.CutPrefix(d.Name, "cluster "); ok {
			o.clusters[key] = i
		}
	}
	files := ws.Policies()
	if len(files) > maxPolicyFiles {
		at := diag.Range{File: files[maxPolicyFiles].Name}
		o.found = append(o.found, diag.Errorf("validate.policy-limit", at, "there are more than %d files of policies", maxPolicyFiles).WithDetail("put several policies into a file"))
		files = files[:maxPolicyFiles]
	}
	for _, file := range files {
		o.read(readPolicyFile(file))
	}
	slices.SortStableFunc(o.policies, func(a, b *policy) int { return cmp.Compare(a.code, b.code) })
	if len(files) > 0 {
		o.layers = newLayerPlaces(documents)
	}
	for _, p := range o.policies {
		if p.on == onStack {
			maps.Copy(o.stackFields, p.reads.names())
		}
	}
	o.waivers = newWaivers(documents, o.owners(), o.found.HasErrors(), now)
	return o
}

// read takes over what a file declares. What another file declares already stays.
func (o *organisation) read(f *policyFile) {
	o.found = append(o.found, f.found...)
	twice := func(what string, at, first diag.Range) {
		o.found = append(o.found, diag.Errorf("validate.duplicate", at, "%s are declared twice", what).
			WithDetail("keep one of the two").WithRelated(first, "the other one is here"))
	}
	for _, p := range f.policies {
		if i := slices.IndexFunc(o.policies, func(q *policy) bool { return q.code == p.code }); i >= 0 {
			twice("the rules of "+p.code, p.at, o.policies[i].at)
			continue
		}
		o.policies = append(o.policies, p)
	}
	if f.sources != nil && o.sources != nil {
		twice("the allowed sources", f.sources.at, o.sources.at)
	} else if f.sources != nil {
		o.sources = f.sources
	}
}

// owners are the owners of all policies, by code.
func (o *organisation) owners() map[string]string {
	out := map[string]string{}
	for _, p := range o.policies {
		out[p.code] = p.owner
	}
	if o.sources != nil {
		for _, code := range sourceCodes {
			out[code] = o.sources.owner
		}
	}
	return out
}

// PolicyOwners are the owners of the workspace's policies, by code. They approve
// the waivers of their policies. Policies that [Workspace] refuses have none.
func PolicyOwners(ws *profile.Workspace) map[string]string {
	return newOrganisation(ws, nil, time.Time{}).owners()
}

// readings are what the policies about one kind read of root.
func (o *organisation) readings(on string, root *value.Node) []formKey {
	var out []formKey
	for _, p := range o.policies {
		if p.on != on {
			continue
		}
		data := p.reads.project(p.shape, root)
		if data == nil {
			data = value.NewMap(nil, root.Place())
		}
		key := formKey{policy: p, digest: sha256.Sum256(data.AppendJSON(nil))}
		o.mu.Lock()
		if o.forms[key] == nil {
			o.forms[key] = &policyForm{data: data, tooLarge: p.tooLarge(data)}
		}
		o.mu.Unlock()
		out = append(out, key)
	}
	return out
}

// stack gives what policies read of a stack, and whether its sources are not all
// allowed. Several goroutines may call it.
func (o *organisation) stack(s *profile.Stack) (read []formKey, suspect bool) {
	if len(o.stackFields) > 0 {
		read = o.readings(onStack, o.stackTree(s))
	}
	return read, len(o.sources.judge(s, o.layers, o.images)) > 0
}

// stackTree is as much of a stack as policies read.
func (o *organisation) stackTree(s *profile.Stack) *value.Node {
	return stackTree(s, o.stackFields, o.layers, o.documents[o.clusters[s.Key().String()]].Tree())
}

// evaluate asks CUE about everything that was read and not judged yet. CUE
// evaluates for one caller at a time.
func (o *organisation) evaluate() {
	evaluating.Lock()
	defer evaluating.Unlock()
	for key, form := range o.forms {
		if !form.tooLarge {
			form.refusals = key.policy.judge(form.data)
			o.evaluations++
		}
	}
}

// all gives what is wrong with policies, documents, stacks and waivers. known is
// what is found already.
func (o *organisation) all(f *fleet, known diag.Diagnostics) diag.Diagnostics {
	read := make([][]formKey, len(o.documents))
	each(len(read), func(i int) { read[i] = o.readings(o.documents[i].Kind, o.documents[i].Tree()) })
	o.evaluate()
	out := slices.Clone(o.found)
	told := newTold(o.documents, known)
	for i, d := range o.documents {
		for _, v := range o.violations(read[i], d.Tree()) {
			if !told.covers(i, v.refusal, v.found.Range) && !o.waivers.cover(v, i) {
				out = append(out, v.found)
			}
		}
	}
	out = append(out, o.stacks(f)...)
	return append(out, o.waivers.diagnostics(f)...)
}

// violation is one refusal of a policy in a document or stack.
type violation struct {
	refusal
	code  string
	found diag.Diagnostic
	root  *value.Node // what the path leads into
}

func (o *organisation) violations(read []formKey, root *value.Node) []violation {
	var out []violation
	for _, key := range read {
		form := o.forms[key]
		if form.tooLarge {
			out = append(out, violation{code: key.policy.code, found: key.policy.overLimit(root)})
		}
		for _, r := range form.refusals {
			out = append(out, violation{refusal: r, code: key.policy.code, found: key.policy.diagnostic(root, r), root: root})
		}
	}
	return out
}

// stacks gives what is wrong with resolved clusters, once for each place.
func (o *organisation) stacks(f *fleet) diag.Diagnostics {
	found := make([][]violation, len(f.members))
	each(len(found), func(i int) { found[i] = o.member(f.workspace, f.members[i]) })
	gathered := map[string]*concerned{}
	for i, m := range f.members {
		cluster := o.clusters[m.key.String()]
		for _, v := range found[i] {
			if o.waivers.cover(v, cluster, documentAt(o.documents, v.found.Range)) {
				continue
			}
			id := v.found.String()
			if v.found.Range.Start.Line == 0 { // built in Go: all of a document has one place
				id += v.found.Path
			}
			if gathered[id] == nil {
				gathered[id] = &concerned{found: v.found, own: documentAt(o.documents, v.found.Range) == cluster}
			}
			gathered[id].clusters = append(gathered[id].clusters, m.key)
		}
	}
	var out diag.Diagnostics
	for _, id := range slices.Sorted(maps.Keys(gathered)) {
		out = append(out, gathered[id].diagnostic())
	}
	return out
}

// member gives what is wrong with one cluster. Its stack is resolved once more:
// keeping those of ten thousand clusters would take more memory than time.
func (o *organisation) member(ws *profile.Workspace, m member) []violation {
	wrong := slices.ContainsFunc(m.read, func(k formKey) bool { return o.forms[k].tooLarge || len(o.forms[k].refusals) > 0 })
	if !wrong && !m.suspect {
		return nil
	}
	stack, _ := ws.Resolve(m.key)
	if stack == nil {
		return nil
	}
	var out []violation
	if wrong {
		out = o.violations(m.read, o.stackTree(stack))
	}
	return append(out, o.sources.judge(stack, o.layers, o.images)...)
}

// concerned is a finding about the stacks of some clusters.
type concerned struct {
	found    diag.Diagnostic
	own      bool // it stands in the document of a cluster
	clusters []profile.Key
}

func (c *concerned) diagnostic() diag.Diagnostic {
	if c.own {
		return c.found
	}
	d := c.found
	d.Detail += "\nconcerned: " + someOf(c.clusters)
	return d
}
