package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// rule says what the server fills in below a struct type.
type rule struct {
	owner  string // short name of the struct type
	target string // path below it
	value  string // JSON; or "copy PATH", "tag PATH"
	when   []condition
}

// condition holds when the field at path has one of these values; "" stands for
// absent.
type condition struct {
	path   string
	values []string
}

// observation is one default seen in one probe.
type observation struct {
	probe  *probe
	site   site
	depth  int // of the deepest struct on the path that the rule may belong to
	value  string
	causes map[string][]string // path of the deciding field -> values under which it was seen
}

// learn runs all probes and generalises what they show to struct types.
func learn(kinds []kind, enums map[string][]string) ([]rule, error) {
	l := &learner{enums: enums, seen: map[*probe]map[string]bool{}}
	for _, k := range kinds {
		p := newProbe(k)
		if err := l.watch(p); err != nil {
			return nil, err
		}
	}
	return l.rules(), nil
}

type learner struct {
	enums        map[string][]string
	probes       []*probe
	observations []observation
	seen         map[*probe]map[string]bool // path=value pairs that were observed
}

func (l *learner) watch(p *probe) error {
	before, base, err := p.run()
	if err != nil {
		return err
	}
	l.probes = append(l.probes, p)
	l.seen[p] = map[string]bool{}
	found := map[string]*observation{}
	for _, s := range p.sites {
		path := s.String()
		if v, ok := base[path]; ok && filled(before[path], v) {
			if word, _ := scalar(structOf(s)); word != "time" {
				found[path] = l.note(p, s, v)
			}
		}
	}
	l.absent(p, base, found)
	l.flip(p, base, found)
	l.mark(p)
	for _, o := range found {
		l.observations = append(l.observations, *o)
	}
	return nil
}

func (l *learner) note(p *probe, s site, v any) *observation {
	text, _ := json.Marshal(v)
	l.seen[p][s.String()+"="+string(text)] = true
	return &observation{probe: p, site: s, value: string(text), causes: map[string][]string{}}
}

// filled reports whether defaulting turned before into a value worth a rule.
func filled(before, after any) bool {
	if reflect.DeepEqual(before, after) || after == nil {
		return false
	}
	switch v := after.(type) {
	case string:
		return v != ""
	case float64:
		return v != 0 || before == nil
	}
	return true
}

// absent takes one structure away at a time and sees whether it comes back.
func (l *learner) absent(p *probe, base map[string]any, found map[string]*observation) {
	for _, s := range p.sites {
		if k := s.leaf().Kind(); k != reflect.Pointer && k != reflect.Slice {
			continue
		}
		if word, _ := scalar(structOf(s)); word == "time" {
			continue
		}
		if _, done := found[s.String()]; done {
			continue
		}
		before, after, err := p.run(l.alone(p, s)...)
		if err != nil {
			continue
		}
		l.presence(p, s, base, after, found)
		if v, ok := subtree(after, s.String()); ok {
			if _, had := subtree(before, s.String()); !had {
				o := l.note(p, s, v)
				found[s.String()] = o
				l.decide(p, o, l.siblings(p, s), l.alone(p, s))
			}
		}
	}
}

// presence notes which defaults are others when s is absent.
func (l *learner) presence(p *probe, s site, base, after map[string]any, found map[string]*observation) {
	for _, q := range p.sites {
		path := q.String()
		o := found[path]
		if o == nil || strings.HasPrefix(path, s.String()+"/") || !filled(nil, after[path]) || reflect.DeepEqual(base[path], after[path]) || base[path] == nil {
			continue
		}
		o.causes[s.String()] = []string{present}
		other := l.note(p, q, after[path])
		other.causes[s.String()] = []string{""}
		l.observations = append(l.observations, *other)
	}
}

// present stands for any value in a condition.
const present = "*"

// alone unsets s together with the structures beside it, as unions are
// defaulted only when no member is chosen.
func (l *learner) alone(p *probe, s site) []variant {
	variants := []variant{unset(s)}
	if owner := s.types[len(s.types)-2]; strings.HasSuffix(owner.Name(), "Volume") {
		for _, other := range p.sites {
			if len(other.path) == len(s.path) && slices.Equal(other.path[:len(s.path)-1], s.path[:len(s.path)-1]) && other.leaf().Kind() == reflect.Pointer {
				variants = append(variants, unset(other))
			}
		}
	}
	return variants
}

// subtree gathers what stands at path in a flat map.
func subtree(flat map[string]any, path string) (any, bool) {
	if v, ok := flat[path]; ok {
		return v, v != nil
	}
	fields := map[string]any{}
	items := map[string]map[string]any{}
	for p, v := range flat {
		rest, ok := strings.CutPrefix(p, path+"/")
		if !ok {
			continue
		}
		head, _, _ := strings.Cut(rest, "/")
		if strings.HasPrefix(head, "[") {
			items[head] = nil
		} else {
			fields[head] = nil
		}
		_ = v
	}
	if len(items) > 0 {
		list := make([]any, len(items))
		for head := range items {
			v, _ := subtree(flat, path+"/"+head)
			list[int(head[1]-'0')] = v
		}
		return list, true
	}
	for head := range fields {
		fields[head], _ = subtree(flat, path+"/"+head)
	}
	return fields, len(fields) > 0
}

// siblings are the deciding fields close to s: those of the struct it stands in
// and of the one above.
func (l *learner) siblings(p *probe, s site) []site {
	var out []site
	for _, o := range p.sites {
		n := len(o.path)
		if n <= len(s.path) && n >= len(s.path)-1 && slices.Equal(o.path[:n-1], s.path[:n-1]) && o.String() != s.String() {
			out = append(out, o)
		}
	}
	return out
}

// choices are the values worth trying at s; nil when it decides nothing.
func (l *learner) choices(s site) []string {
	t := s.leaf()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Bool {
		return []string{"true"}
	}
	if values := l.enums[fullName(t)]; t.Kind() == reflect.String && values != nil {
		return values
	}
	if shortNameOf(s.types[len(s.types)-2]) == "rbac.v1.Subject" && s.path[len(s.path)-1] == "kind" {
		return []string{"User", "Group", "ServiceAccount"}
	}
	return nil
}

func shortNameOf(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" || t.Kind() != reflect.Struct {
		return ""
	}
	return shortName(t)
}

// decide tries the deciding fields around an observation and keeps those that
// make it go away.
func (l *learner) decide(p *probe, o *observation, deciders []site, always []variant) {
	for _, d := range deciders {
		if k := d.leaf().Kind(); (k == reflect.Pointer || k == reflect.Slice) && len(d.path) == len(o.site.path) {
			l.decidePresence(p, o, d, always)
			continue
		}
		allowed := []string{""}
		for _, v := range l.choices(d) {
			if _, after, err := p.run(append(slices.Clone(always), set(d, v))...); err == nil {
				if got, ok := subtree(after, o.site.String()); ok && toJSON(got) == o.value {
					allowed = append(allowed, v)
				}
			}
		}
		if len(allowed) <= len(l.choices(d)) {
			o.causes[d.String()] = allowed
		}
	}
}

func (l *learner) decidePresence(p *probe, o *observation, d site, always []variant) {
	_, after, err := p.run(append(slices.Clone(always), unset(d))...)
	if err != nil {
		return
	}
	got, ok := subtree(after, o.site.String())
	if !ok || toJSON(got) == o.value {
		return
	}
	o.causes[d.String()] = []string{present}
	other := l.note(p, o.site, got)
	other.causes[d.String()] = []string{""}
	l.observations = append(l.observations, *other)
}

func toJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// flip tries every value of every deciding field on the full probe.
func (l *learner) flip(p *probe, base map[string]any, found map[string]*observation) {
	for _, d := range p.sites {
		values := l.choices(d)
		lost := map[string][]string{}
		for _, v := range values {
			_, after, err := p.run(set(d, v))
			if err != nil {
				continue
			}
			for _, s := range p.sites {
				path := s.String()
				if path == d.String() || reflect.DeepEqual(base[path], after[path]) {
					continue
				}
				if found[path] != nil {
					lost[path] = append(lost[path], v)
				}
				if filled(nil, after[path]) && after[path] != false {
					o := l.note(p, s, after[path])
					o.causes[d.String()] = []string{v}
					l.observations = append(l.observations, *o)
				}
			}
		}
		for path, gone := range lost {
			allowed := []string{""}
			for _, v := range values {
				if !slices.Contains(gone, v) {
					allowed = append(allowed, v)
				}
			}
			found[path].causes[d.String()] = allowed
		}
	}
}

// mark marks every free scalar and map in turn and looks for the mark in other
// places.
func (l *learner) mark(p *probe) {
	var switches []variant
	for _, s := range p.sites {
		if s.leaf().Kind() == reflect.Bool {
			switches = append(switches, set(s, "true"))
		}
	}
	for _, s := range p.sites {
		if !l.free(s) {
			continue
		}
		l.markImage(p, s)
		l.follow(p, s, nil, set(s, markerText))
		l.follow(p, s, nil, append(slices.Clone(switches), set(s, markerText))...)
		if s.leaf().Kind() == reflect.Map {
			l.followChosen(p, s)
		}
	}
}

// free reports whether a mark may be put at s.
func (l *learner) free(s site) bool {
	t := structOf(s)
	switch t.Kind() {
	case reflect.String:
		return l.choices(s) == nil
	case reflect.Int32, reflect.Int64:
		return true
	case reflect.Map:
		_, ok := scalar(t.Elem())
		return ok && t.Elem().Kind() != reflect.Slice
	}
	return false
}

// followChosen looks for the mark at s under every value of the fields beside.
func (l *learner) followChosen(p *probe, s site) {
	for _, d := range l.siblings(p, s) {
		for _, v := range l.choices(d) {
			l.follow(p, s, map[string][]string{d.String(): {v}}, set(d, v), set(s, markerText))
		}
	}
}

// follow looks for the mark that variants put at s.
func (l *learner) follow(p *probe, s site, causes map[string][]string, variants ...variant) {
	_, after, err := p.run(variants...)
	if err != nil {
		return
	}
	for _, o := range p.sites {
		if o.String() == s.String() {
			continue
		}
		switch v := after[o.String()]; v {
		case markerText, float64(markerNumber):
			l.derived(p, o, s, "copy ", causes)
		case strings.ToLower(markerText):
			l.derived(p, o, s, "lower ", causes)
		}
		if v := after[o.String()+"/"+markerKey]; v == markerText || v == strconv.Itoa(markerNumber) {
			l.derived(p, o, s, "copy ", causes)
		}
	}
}

// markImage sees whether a pull policy follows the tag of the image at s.
func (l *learner) markImage(p *probe, s site) {
	if name := s.path[len(s.path)-1]; name != "image" && name != "reference" {
		return
	}
	tagged, bare := map[string]any{}, map[string]any{}
	if _, after, err := p.run(set(s, "a/b:1")); err == nil {
		tagged = after
	}
	if _, after, err := p.run(set(s, "a/b:latest")); err == nil {
		bare = after
	}
	for _, o := range p.sites {
		if tagged[o.String()] == "IfNotPresent" && bare[o.String()] == "Always" {
			l.derived(p, o, s, "tag ", nil)
		}
	}
}

// derived notes that target follows source; both stand below one struct.
func (l *learner) derived(p *probe, target, source site, verb string, causes map[string][]string) {
	n := 0
	for n < len(source.path)-1 && n < len(target.path)-1 && source.path[n] == target.path[n] {
		n++
	}
	value := verb + strings.Join(source.path[n:], "/")
	l.seen[p][target.String()+"="+value] = true
	l.observations = append(l.observations, observation{probe: p, site: target, value: value, depth: n, causes: causes})
}
