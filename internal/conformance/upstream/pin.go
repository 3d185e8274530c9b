//go:build pin

package upstream

// These imports keep the modules and their checksums in go.mod and go.sum. They
// are never compiled: nothing here needs their code, only their files.
import (
	_ "github.com/prometheus-operator/kube-prometheus/tests/e2e"
	_ "go.universe.tf/metallb/api/v1beta1"
	_ "sigs.k8s.io/cluster-api/feature"
	_ "sigs.k8s.io/cluster-api/test/infrastructure/docker/api/v1beta2"
)
