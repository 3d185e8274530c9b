package crd

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// Set holds the definitions of custom resources. It never changes and may be
// used by many goroutines.
type Set struct {
	definitions map[schema.GroupVersionKind]*definition
}

// Load reads the CustomResourceDefinitions in the YAML files of folders, one a
// file, and compiles every served version. A file with anything else, and a kind
// that two files define, are errors.
func Load(folders ...fs.FS) (*Set, error) {
	set := &Set{definitions: map[schema.GroupVersionKind]*definition{}}
	for _, folder := range folders {
		files, err := fs.Glob(folder, "*.yaml")
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("loading definitions: a folder without YAML files")
		}
		for _, file := range files {
			if err := set.load(folder, file); err != nil {
				return nil, fmt.Errorf("loading %s: %w", path.Base(file), err)
			}
		}
	}
	return set, nil
}

func (s *Set) load(folder fs.FS, file string) error {
	data, err := fs.ReadFile(folder, file)
	if err != nil {
		return err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(data, &crd); err != nil {
		return err
	}
	if want := apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinition"); crd.GroupVersionKind() != want {
		return fmt.Errorf("%s is not a CustomResourceDefinition", crd.GroupVersionKind())
	}
	for _, version := range crd.Spec.Versions {
		if version.Served {
			if err := s.add(crd, version); err != nil {
				return fmt.Errorf("version %s: %w", version.Name, err)
			}
		}
	}
	return nil
}

func (s *Set) add(crd apiextensionsv1.CustomResourceDefinition, version apiextensionsv1.CustomResourceDefinitionVersion) error {
	gvk := schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}
	if _, twice := s.definitions[gvk]; twice {
		return fmt.Errorf("%s is defined twice", gvk)
	}
	d, err := compile(crd.Spec.Scope == apiextensionsv1.NamespaceScoped, version.Schema)
	if err != nil {
		return err
	}
	s.definitions[gvk] = d
	return nil
}

// Kinds are the kinds that the set can judge, sorted by their text.
func (s *Set) Kinds() []schema.GroupVersionKind {
	return slices.SortedFunc(maps.Keys(s.definitions), func(a, b schema.GroupVersionKind) int {
		return cmp.Compare(a.String(), b.String())
	})
}
