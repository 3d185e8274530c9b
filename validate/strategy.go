package validate

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var stagesPath = diag.Fields("spec", "stages")

// strategies judges the stages of every strategy together, and for those with
// default: true whether each cluster has its stage.
func strategies(ws *profile.Workspace, documents []profile.Document) diag.Diagnostics {
	var out diag.Diagnostics
	for _, d := range documents {
		s, ok := ws.Strategy(d.Tree().Get("metadata", "name").Text())
		if d.Kind != "Strategy" || !ok {
			continue
		}
		out = append(out, stages(d, s.Spec.Stages)...)
		if s.Spec.Default {
			out = append(out, unplaced(ws, d, s)...)
		}
	}
	return out
}

// stages finds two stages of one name, and a second rest.
func stages(d profile.Document, stages []profile.Stage) diag.Diagnostics {
	var out diag.Diagnostics
	seen, rest := map[string]diag.Path{}, diag.Path(nil)
	for i, s := range stages {
		at := stagesPath.Join(diag.Index(i))
		if first, twice := seen[s.Name]; twice && s.Name != "" {
			name := at.Join(diag.Field("name"))
			out = append(out, diag.Errorf("validate.duplicate", d.At(name), "stage %q is defined twice", s.Name).
				WithDetail("give each stage a name of its own").WithPath(name).
				WithRelated(d.At(first.Join(diag.Field("name"))), "the other one is here"))
		} else {
			seen[s.Name] = at
		}
		if !s.Rest {
			continue
		}
		if rest != nil {
			out = append(out, diag.Errorf("validate.duplicate", d.KeyAt(at.Join(diag.Field("rest"))), "two stages take the rest").
				WithDetail("keep rest: true in one of them").WithPath(at.Join(diag.Field("rest"))).
				WithRelated(d.KeyAt(rest.Join(diag.Field("rest"))), "the other one is here"))
		}
		rest = at
	}
	return out
}

// unplaced finds the clusters that no stage takes. Clusters that name their
// versions are held: no rollout moves them, so they need no stage.
func unplaced(ws *profile.Workspace, d profile.Document, s profile.Strategy) diag.Diagnostics {
	takes, err := taking(s.Spec.Stages)
	if err != nil {
		return nil // told where the selector stands
	}
	var keys []profile.Key
	for key := range ws.Clusters() {
		if c, _ := ws.Cluster(key); !held(c) && !takes(labels.Set(c.Metadata.Labels)) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.Errorf("validate.unplaced", d.KeyAt(stagesPath), "no stage takes %s: %s", count(len(keys), "cluster"), someOf(keys)).
		WithDetail("widen a selector, or add a last stage with rest: true").WithPath(stagesPath)}
}

// taking gives whether some stage takes a cluster with given labels.
func taking(stages []profile.Stage) (func(labels.Set) bool, error) {
	var selectors []labels.Selector
	for _, s := range stages {
		switch {
		case s.Rest:
			selectors = append(selectors, labels.Everything())
		case s.Selector == nil:
			return nil, fmt.Errorf("stage %q takes nothing", s.Name)
		default:
			selector, err := metav1.LabelSelectorAsSelector(s.Selector)
			if err != nil {
				return nil, fmt.Errorf("stage %q: %w", s.Name, err)
			}
			selectors = append(selectors, selector)
		}
	}
	return func(set labels.Set) bool {
		return slices.ContainsFunc(selectors, func(s labels.Selector) bool { return s.Matches(set) })
	}, nil
}

func held(c profile.Cluster) bool {
	return slices.ContainsFunc(c.Spec.Profiles, func(text string) bool {
		ref, err := profile.ParseRef(text)
		return err == nil && ref.Version != ""
	})
}
