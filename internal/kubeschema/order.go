package kubeschema

// orders are the lists whose order means something else than their relation
// says: by default keyed lists and sets have no order, atomic ones do.
var orders = map[string]Order{
	"core.v1.PodSpec initContainers": Significant, // they run one after the other

	"autoscaling.v2.HorizontalPodAutoscalerSpec metrics": Arbitrary, // conversion between versions sorts them
	"autoscaling.v2.HPAScalingRules policies":            Arbitrary,
	"core.v1.Endpoints subsets":                          Arbitrary,
	"core.v1.EndpointSubset addresses":                   Arbitrary,
	"core.v1.EndpointSubset notReadyAddresses":           Arbitrary,
	"core.v1.EndpointSubset ports":                       Arbitrary,
	"discovery.v1.EndpointSlice endpoints":               Arbitrary,
	"discovery.v1.EndpointSlice ports":                   Arbitrary,
	"discovery.v1.Endpoint addresses":                    Arbitrary,

	"core.v1.Capabilities add":                                     Insignificant,
	"core.v1.Capabilities drop":                                    Insignificant,
	"core.v1.NodeSelectorRequirement values":                       Insignificant,
	"core.v1.NodeSelectorTerm matchExpressions":                    Insignificant,
	"core.v1.PersistentVolumeClaimSpec accessModes":                Insignificant,
	"core.v1.PersistentVolumeSpec accessModes":                     Insignificant,
	"core.v1.PodSpec tolerations":                                  Insignificant,
	"core.v1.ServiceSpec externalIPs":                              Insignificant,
	"core.v1.ServiceSpec loadBalancerSourceRanges":                 Insignificant,
	"meta.v1.LabelSelector matchExpressions":                       Insignificant,
	"meta.v1.LabelSelectorRequirement values":                      Insignificant,
	"networking.v1.NetworkPolicyEgressRule ports":                  Insignificant,
	"networking.v1.NetworkPolicyEgressRule to":                     Insignificant,
	"networking.v1.NetworkPolicyIngressRule from":                  Insignificant,
	"networking.v1.NetworkPolicyIngressRule ports":                 Insignificant,
	"networking.v1.NetworkPolicySpec egress":                       Insignificant,
	"networking.v1.NetworkPolicySpec ingress":                      Insignificant,
	"networking.v1.NetworkPolicySpec policyTypes":                  Insignificant,
	"networking.v1.IngressSpec tls":                                Insignificant,
	"networking.v1.IngressTLS hosts":                               Insignificant,
	"rbac.v1.AggregationRule clusterRoleSelectors":                 Insignificant,
	"rbac.v1.ClusterRole rules":                                    Insignificant,
	"rbac.v1.ClusterRoleBinding subjects":                          Insignificant,
	"rbac.v1.PolicyRule apiGroups":                                 Insignificant,
	"rbac.v1.PolicyRule nonResourceURLs":                           Insignificant,
	"rbac.v1.PolicyRule resourceNames":                             Insignificant,
	"rbac.v1.PolicyRule resources":                                 Insignificant,
	"rbac.v1.PolicyRule verbs":                                     Insignificant,
	"rbac.v1.Role rules":                                           Insignificant,
	"rbac.v1.RoleBinding subjects":                                 Insignificant,
	"storage.v1.CSIDriverSpec volumeLifecycleModes":                Insignificant,
	"admissionregistration.v1.RuleWithOperations apiGroups":        Insignificant,
	"admissionregistration.v1.NamedRuleWithOperations apiGroups":   Insignificant,
	"admissionregistration.v1.RuleWithOperations apiVersions":      Insignificant,
	"admissionregistration.v1.NamedRuleWithOperations apiVersions": Insignificant,
	"admissionregistration.v1.RuleWithOperations resources":        Insignificant,
	"admissionregistration.v1.NamedRuleWithOperations resources":   Insignificant,
	"admissionregistration.v1.RuleWithOperations operations":       Insignificant,
	"admissionregistration.v1.NamedRuleWithOperations operations":  Insignificant,
	"apiextensions.v1.JSONSchemaProps required":                    Insignificant,
	"apiextensions.v1.JSONSchemaProps enum":                        Insignificant,
	"flowcontrol.v1.FlowSchemaSpec rules":                          Insignificant,
	"flowcontrol.v1.PolicyRulesWithSubjects subjects":              Insignificant,
}

func orderOf(owner, field string, t *Type) Order {
	if o, ok := orders[owner+" "+field]; ok {
		return o
	}
	if t.Relation == Atomic {
		return Significant
	}
	return Insignificant
}
