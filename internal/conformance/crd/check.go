package crd

import (
	"context"
	"slices"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apimachineryvalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// Check judges an object and returns what is wrong with it, sorted by path. It
// does not change the object, whose integers must be int64, as Kubernetes' own
// readers give them: to CEL a float is not an integer.
func (s *Set) Check(u *unstructured.Unstructured) []Finding {
	d, ok := s.definitions[u.GroupVersionKind()]
	if !ok {
		return []Finding{{Rule: UnknownKind, Path: "kind", Message: "no definition serves " + u.GroupVersionKind().String()}}
	}
	object := u.DeepCopy().Object
	findings := slices.Concat(
		d.unknownFields(object),
		d.metadata(object),
		d.values(object),
	)
	slices.SortFunc(findings, compareFindings)
	return findings
}

// unknownFields removes the fields that the schema does not know.
func (d *definition) unknownFields(object map[string]any) []Finding {
	var findings []Finding
	track := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, d.structural, true, track) {
		findings = append(findings, Finding{Rule: UnknownField, Path: path, Message: "the schema has no such field; a server drops it"})
	}
	return findings
}

func (d *definition) metadata(object map[string]any) []Finding {
	meta, _, unknown, err := objectmeta.GetObjectMetaWithOptions(object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return []Finding{{Rule: Metadata, Path: "metadata", Message: err.Error()}}
	}
	var findings []Finding
	for _, path := range unknown {
		findings = append(findings, Finding{Rule: UnknownField, Path: path, Message: "metadata has no such field"})
	}
	errs := apimachineryvalidation.ValidateObjectMeta(meta, d.namespaced, apimachineryvalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	return append(findings, of(Metadata, errs)...)
}

// values fills in the defaults and judges the result.
func (d *definition) values(object map[string]any) []Finding {
	defaulting.PruneNonNullableNullsWithoutDefaults(object, d.structural)
	defaulting.Default(object, d.structural)
	findings := append(
		of(Schema, validation.ValidateCustomResource(nil, object, d.schema)),
		of(Uniqueness, listtype.ValidateListSetsAndMaps(nil, d.structural, object))...,
	)
	if len(findings) > 0 || d.expressions == nil {
		return findings
	}
	errs, _ := d.expressions.Validate(context.Background(), nil, d.structural, object, nil, celconfig.RuntimeCELCostBudget)
	return of(Expression, errs)
}

func of(rule Rule, errs field.ErrorList) []Finding {
	var findings []Finding
	for _, err := range errs {
		path := err.Field
		if path == "<nil>" { // the whole object; the message says more
			path = ""
		}
		findings = append(findings, Finding{Rule: rule, Path: path, Message: err.ErrorBody()})
	}
	return findings
}
