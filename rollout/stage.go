package rollout

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Stage is one ring of a plan.
type Stage struct {
	Name string `json:"name"`
	// MaxConcurrency is how many clusters may be on a hop at the same time, at
	// least 1; 0 for an empty stage.
	MaxConcurrency Limit `json:"maxConcurrency"`
	// FailureBudget is how many clusters may fail. One more halts the plan.
	FailureBudget Limit `json:"failureBudget"`
	// Soak is how long the stage is watched after its last cluster has settled.
	Soak metav1.Duration `json:"soak"`
	// Members are ordered by key. They belong to the plan: do not change them.
	Members []Member `json:"members"`
}

// Impact is the worst impact of the stage's hops.
func (s Stage) Impact() profile.Impact {
	worst := profile.NoImpact
	for _, m := range s.Members {
		worst = max(worst, m.Impact())
	}
	return worst
}

// String is the stage in one line.
func (s Stage) String() string {
	if len(s.Members) == 0 {
		return s.Name + ": empty, closes at once"
	}
	text := fmt.Sprintf("%s: %s, concurrency %v, failure budget %v, worst impact %v", s.Name, count(len(s.Members), "cluster"), s.MaxConcurrency, s.FailureBudget, s.Impact())
	if s.Soak.Duration > 0 {
		text += ", soak " + spell(s.Soak.Duration)
	}
	return text
}
