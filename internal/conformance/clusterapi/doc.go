// Package clusterapi holds Cluster API 1.14's word on its own objects, in two
// independent forms: the definitions that it ships with its managers, its
// kubeadm providers and its in-memory provider, and its Go types.
package clusterapi
