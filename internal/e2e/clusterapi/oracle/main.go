package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"sigs.k8s.io/cluster-api/feature"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	// As the control plane of the tests sets them.
	const gates = "ClusterTopology=true,MachinePool=true"
	if err := feature.MutableGates.Set(gates); err != nil {
		return fmt.Errorf("setting feature gates %s: %w", gates, err)
	}
	ctrl.SetLogger(klog.Logger{}) // silence
	questions, answers := json.NewDecoder(in), json.NewEncoder(out)
	questions.DisallowUnknownFields()
	for {
		var q question
		err := questions.Decode(&q)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a question: %w", err)
		}
		if err := answers.Encode(q.reply(context.Background())); err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
	}
}

// question is one of these.
type question struct {
	Plan      *planQuestion      `json:"plan,omitempty"`
	Desired   *desiredQuestion   `json:"desired,omitempty"`
	Replaces  *replacesQuestion  `json:"replaces,omitempty"`
	Variables *variablesQuestion `json:"variables,omitempty"`
	Admission *admissionQuestion `json:"admission,omitempty"`
}

type reply struct {
	Answer any    `json:"answer,omitempty"`
	Error  string `json:"error,omitempty"`
}

// reply tells of a panic in Cluster API as of an error, so that one strange
// question does not end a run of thousands.
func (q question) reply(ctx context.Context) (r reply) {
	defer func() {
		if p := recover(); p != nil {
			r = reply{Error: fmt.Sprintf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	answer, err := q.answer(ctx)
	if err != nil {
		return reply{Error: err.Error()}
	}
	return reply{Answer: answer}
}

func (q question) answer(ctx context.Context) (any, error) {
	switch {
	case q.Plan != nil:
		return q.Plan.answer(ctx)
	case q.Desired != nil:
		return q.Desired.answer(ctx)
	case q.Replaces != nil:
		return q.Replaces.answer(ctx)
	case q.Variables != nil:
		return q.Variables.answer(ctx)
	case q.Admission != nil:
		return q.Admission.answer(ctx)
	}
	return nil, errors.New("the question asks nothing")
}
