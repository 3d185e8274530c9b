package main

import (
	"fmt"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/contract"
	"sigs.k8s.io/cluster-api/util/index"
)

type object = unstructured.Unstructured

// world is what there is beside the object in question.
type world struct {
	objects []*object
	scheme  *runtime.Scheme
}

func newWorld(objects []*object) world {
	scheme := runtime.NewScheme()
	utilruntime.Must(clusterv1.AddToScheme(scheme))
	utilruntime.Must(apiextensionsv1.AddToScheme(scheme))
	return world{objects: objects, scheme: scheme}
}

// client reads the world. Cluster API looks up the contract of a kind in its
// CRD, so there is one for each kind, and for what each template makes.
func (w world) client() client.Client {
	b := fake.NewClientBuilder().WithScheme(w.scheme).WithIndex(&clusterv1.Cluster{}, index.ClusterClassRefPath, index.ClusterByClusterClassRef)
	seen := map[string]bool{}
	for _, o := range w.objects {
		b.WithObjects(o.DeepCopy())
		kind := o.GroupVersionKind()
		for _, name := range []string{kind.Kind, strings.TrimSuffix(kind.Kind, clusterv1.TemplateSuffix)} {
			kind.Kind = name
			if crd := definition(kind); !seen[crd.Name] {
				seen[crd.Name] = true
				b.WithObjects(crd)
			}
		}
	}
	return b.Build()
}

func definition(kind schema.GroupVersionKind) *apiextensionsv1.CustomResourceDefinition {
	crd := &apiextensionsv1.CustomResourceDefinition{}
	crd.Name = contract.CalculateCRDName(kind.Group, kind.Kind)
	crd.Labels = map[string]string{clusterv1.GroupVersion.Group + "/" + contractVersion: kind.Version}
	return crd
}

// contractVersion is the contract that the objects of this project fulfil.
const contractVersion = "v1beta2"

// find gives the object of a kind with a name.
func (w world) find(kind, namespace, name string) (*object, error) {
	for _, o := range w.objects {
		if o.GetKind() == kind && o.GetNamespace() == namespace && o.GetName() == name {
			return o.DeepCopy(), nil
		}
	}
	return nil, fmt.Errorf("there is no %s %s/%s among the objects", kind, namespace, name)
}

// only decodes the one object of a kind.
func (w world) only(kind string, into any) error {
	var found *object
	for _, o := range w.objects {
		if o.GetKind() != kind {
			continue
		}
		if found != nil {
			return fmt.Errorf("there are several objects of kind %s, want one", kind)
		}
		found = o
	}
	if found == nil {
		return fmt.Errorf("there is no %s among the objects", kind)
	}
	return typed(found, into)
}

// typed decodes an object into its Go type, refusing fields that it lacks.
func typed(o *object, into any) error {
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Object, into, true); err != nil {
		return fmt.Errorf("decoding %s %s: %w", o.GetKind(), o.GetName(), err)
	}
	return nil
}
