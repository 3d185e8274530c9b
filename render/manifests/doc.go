// Package manifests is the engine for layers whose content is Kubernetes
// manifests in files.
//
// Files are read as kubectl would send them and otherwise left alone: what looks
// like an expression or a template in them stays as it is, unless the layer says
// expand: true. The layer's patches are applied in order, first those of the
// profile, then those of the cluster.
package manifests
