package rollout

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

var operators = map[metav1.LabelSelectorOperator]selection.Operator{
	metav1.LabelSelectorOpIn:           selection.In,
	metav1.LabelSelectorOpNotIn:        selection.NotIn,
	metav1.LabelSelectorOpExists:       selection.Exists,
	metav1.LabelSelectorOpDoesNotExist: selection.DoesNotExist,
}

// selector compiles s, which stands at path at. It has Kubernetes' meaning: an
// empty selector takes everything.
func (c *compiler) selector(s metav1.LabelSelector, at diag.Path) labels.Selector {
	compiled := labels.NewSelector()
	for key, value := range s.MatchLabels {
		r, err := labels.NewRequirement(key, selection.Equals, []string{value})
		if err != nil {
			c.selectorError(at.Join(diag.Field("matchLabels"), diag.Field(key)), err)
			continue
		}
		compiled = compiled.Add(*r)
	}
	for i, e := range s.MatchExpressions {
		r, err := requirement(e)
		if err != nil {
			c.selectorError(at.Join(diag.Field("matchExpressions"), diag.Index(i)), err)
			continue
		}
		compiled = compiled.Add(*r)
	}
	return compiled
}

func requirement(e metav1.LabelSelectorRequirement) (*labels.Requirement, error) {
	operator, ok := operators[e.Operator]
	if !ok {
		return nil, fmt.Errorf("operator %q: want In, NotIn, Exists or DoesNotExist", e.Operator)
	}
	return labels.NewRequirement(e.Key, operator, slices.Clone(e.Values))
}

func (c *compiler) selectorError(at diag.Path, err error) {
	c.unread = true
	c.errorf("rollout.bad-selector", at, "the selector cannot be used: %v", err)
}
