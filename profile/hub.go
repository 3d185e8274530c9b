package profile

// Deliveries of add-ons.
const (
	ManifestsDelivery = "manifests"
	FluxDelivery      = "flux"
	ArgoCDDelivery    = "argocd"
)

// DefaultClassNamespace is where ClusterClasses and templates live unless the
// hub says otherwise.
const DefaultClassNamespace = "dayzero-classes"

// Hub is a Cluster API management cluster.
type Hub struct {
	TypeMeta `json:",inline"`
	Metadata ObjectMeta `json:"metadata"`
	Spec     HubSpec    `json:"spec"`
}

// HubSpec is the content of a Hub.
type HubSpec struct {
	// Owner answers for the hub. Default: the owner of the Ownership document.
	Owner      string     `json:"owner,omitempty"`
	ClusterAPI ClusterAPI `json:"clusterAPI"`
	// ClassNamespace is where class sets live. Default: dayzero-classes.
	ClassNamespace string `json:"classNamespace,omitempty"`
	// Delivery is how add-ons reach the clusters: manifests (default), flux or
	// argocd.
	Delivery string `json:"delivery,omitempty"`
}

// ClusterAPI is what a hub runs.
type ClusterAPI struct {
	Version string `json:"version"`
	// FeatureGates are the gates that are on beyond the defaults: Name, or
	// Name=true.
	FeatureGates []string `json:"featureGates,omitempty"`
}
