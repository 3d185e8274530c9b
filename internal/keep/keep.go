// Package keep holds module requirements while packages are being written.
package keep

import (
	_ "cuelang.org/go/cue"
	_ "cuelang.org/go/cue/cuecontext"
	_ "github.com/Masterminds/semver/v3"
	_ "github.com/google/cel-go/cel"
	_ "github.com/google/go-cmp/cmp"
	_ "k8s.io/api/apps/v1"
	_ "k8s.io/apiserver/pkg/cel/library"
	_ "k8s.io/client-go/applyconfigurations"
	_ "pgregory.net/rapid"
	_ "sigs.k8s.io/cluster-api/api/core/v1beta2"
)
