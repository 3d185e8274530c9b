package main

import (
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// cause is one thing that Cluster API refuses.
type cause struct {
	Field  string `json:"field,omitempty"`
	Type   string `json:"type"` // as in metav1.CauseType, or NotDecoded
	Detail string `json:"detail,omitempty"`
}

// notDecoded is what is not of the Go types of the API.
func notDecoded(path string, err error) []cause {
	return []cause{{Field: path, Type: "NotDecoded", Detail: err.Error()}}
}

func causesOf(all field.ErrorList) []cause {
	var out []cause
	for _, e := range all {
		out = append(out, cause{Field: e.Field, Type: string(e.Type), Detail: e.ErrorBody()})
	}
	return out
}

// refusal takes a webhook's error apart.
func refusal(err error) []cause {
	if err == nil {
		return nil
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return []cause{{Type: "Error", Detail: err.Error()}}
	}
	var out []cause
	if details := status.Status().Details; details != nil {
		for _, c := range details.Causes {
			out = append(out, cause{Field: c.Field, Type: string(c.Type), Detail: c.Message})
		}
	}
	if out == nil {
		out = []cause{{Type: string(status.Status().Reason), Detail: err.Error()}}
	}
	return out
}
