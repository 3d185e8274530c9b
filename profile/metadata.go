package profile

// APIVersion is the apiVersion of every document.
const APIVersion = "dayzero.dev/v1alpha1"

// TypeMeta are the fields that say what a document is.
type TypeMeta struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// ObjectMeta are the fields of Kubernetes' ObjectMeta that documents use.
type ObjectMeta struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}
