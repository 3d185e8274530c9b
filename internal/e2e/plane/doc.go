// Package plane runs a real Kubernetes API server, and on it a real Cluster API
// with its in-memory infrastructure provider, as processes on this machine: no
// containers, no root, no network.
//
// Start gives a management cluster (etcd, kube-apiserver, Cluster API's core,
// kubeadm bootstrap, kubeadm control plane and in-memory providers).
// StartAPIServer gives etcd and kube-apiserver alone, to stand for a workload
// cluster where server semantics matter.
//
//	p, err := plane.Start(ctx, plane.Options{Progress: log.Println})
//	if err != nil { ... } // says which server, why, and its last log lines
//	defer p.Stop()
//	c, err := client.New(p.Config(), client.Options{})
//
// The servers are built when first needed (package binaries). With
// KUBEBUILDER_ASSETS set, etcd and kube-apiserver are taken from there.
//
// Guarantees: planes run side by side, each on ports of its own; starting ends
// within Options.Timeout once everything is built; Stop, or the end of this
// process however it comes, leaves no server running (on Linux at once,
// elsewhere at the next start); what an earlier, killed run left on disk is
// removed.
//
// What such a plane is not: there is no kube-controller-manager, so nothing is
// garbage collected and a deleted namespace never goes away; use a fresh
// namespace for each purpose. Simulated machines live in memory and are gone
// when their provider ends. Simulated workload clusters listen on every
// interface of this machine, in the ports from 20000 to 29999.
package plane
