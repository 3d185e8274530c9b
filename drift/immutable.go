package drift

import "slices"

// immutable are fields that the server refuses to change: correcting them takes
// a new object.
var immutable = []struct {
	kinds []string
	path  string
}{
	{[]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"}, "/spec/selector"},
	{[]string{"StatefulSet"}, "/spec/serviceName"},
	{[]string{"StatefulSet"}, "/spec/volumeClaimTemplates"},
	{[]string{"StatefulSet"}, "/spec/podManagementPolicy"},
	{[]string{"Job"}, "/spec/template"},
	{[]string{"Job"}, "/spec/completionMode"},
	{[]string{"PersistentVolumeClaim"}, "/spec/accessModes"},
	{[]string{"PersistentVolumeClaim"}, "/spec/storageClassName"},
	{[]string{"PersistentVolumeClaim"}, "/spec/selector"},
	{[]string{"PersistentVolumeClaim"}, "/spec/volumeName"},
	{[]string{"StorageClass"}, "/provisioner"},
	{[]string{"StorageClass"}, "/parameters"},
	{[]string{"StorageClass"}, "/reclaimPolicy"},
	{[]string{"StorageClass"}, "/volumeBindingMode"},
	{[]string{"RoleBinding", "ClusterRoleBinding"}, "/roleRef"},
	{[]string{"PriorityClass"}, "/value"},
	{[]string{"Secret"}, "/type"},
	{[]string{definitionKind}, "/spec/scope"},
	{[]string{definitionKind}, "/spec/group"},
}

// isImmutable reports whether the field cannot be changed in place.
func (p *pair) isImmutable(d difference) bool {
	text := names(d.path)
	for _, i := range immutable {
		if (rule{path: i.path}).isAbout(p.key.Kind, text) && slices.Contains(i.kinds, p.key.Kind) {
			return true
		}
	}
	frozen, _ := p.live.Get("immutable").Boolean()
	return frozen && (p.key.Kind == "ConfigMap" || p.key.Kind == "Secret")
}
