package crd

import (
	"errors"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// definition is one served version of a kind, compiled.
type definition struct {
	namespaced  bool
	structural  *structuralschema.Structural
	schema      validation.SchemaValidator
	expressions *cel.Validator // nil when the schema has no rules
}

func compile(namespaced bool, v *apiextensionsv1.CustomResourceValidation) (*definition, error) {
	if v == nil || v.OpenAPIV3Schema == nil {
		return nil, errors.New("a version without a schema")
	}
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.OpenAPIV3Schema, &props, nil); err != nil {
		return nil, fmt.Errorf("converting the schema: %w", err)
	}
	structural, err := structuralschema.NewStructural(&props)
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	if err := structuralschema.ValidateStructural(nil, structural).ToAggregate(); err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	if err := defaulting.PruneDefaults(structural); err != nil {
		return nil, fmt.Errorf("reading the defaults: %w", err)
	}
	validator, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		return nil, fmt.Errorf("compiling the schema: %w", err)
	}
	return &definition{
		namespaced:  namespaced,
		structural:  structural,
		schema:      validator,
		expressions: cel.NewValidator(structural, true, celconfig.PerCallLimit),
	}, nil
}
