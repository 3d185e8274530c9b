package profile

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Strategy says how a change travels through the fleet. Package rollout
// compiles it into a plan.
type Strategy struct {
	TypeMeta `json:",inline"`
	Metadata ObjectMeta   `json:"metadata"`
	Spec     StrategySpec `json:"spec"`
}

// StrategySpec is the content of a Strategy.
type StrategySpec struct {
	// Owner answers for the strategy.
	Owner string `json:"owner,omitempty"`
	// Default: validation reports clusters that no stage takes.
	Default bool `json:"default,omitempty"`
	// Stages run one after the other. A cluster belongs to the first stage that
	// takes it.
	Stages []Stage `json:"stages"`
}

// Stage is one ring of a Strategy. It takes the clusters its selector matches,
// or, with Rest, all that no stage took.
type Stage struct {
	// Name is unique in the strategy.
	Name string `json:"name"`
	// Selector matches cluster labels. Exactly one of Selector and Rest is set.
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
	// Rest takes every cluster that no other stage takes, whatever its position.
	Rest bool `json:"rest,omitempty"`
	// MaxConcurrency is how many clusters change at the same time: a number of
	// at least 1, or a percentage of the stage's clusters, rounded down, at
	// least 1. Default 1.
	MaxConcurrency *intstr.IntOrString `json:"maxConcurrency,omitempty"`
	// FailureBudget is how many clusters may fail before the plan halts: a
	// number, or a percentage of the stage's clusters, rounded down. Default 0.
	FailureBudget *intstr.IntOrString `json:"failureBudget,omitempty"`
	// Soak is how long the finished stage is watched before the next one
	// starts. Default 0.
	Soak metav1.Duration `json:"soak,omitempty"`
}
