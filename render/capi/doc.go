// Package capi is the engine for Cluster API objects: it makes a class set and a
// topology Cluster of the capi slots of a stack.
//
// The class set is one ClusterClass and its templates. Its name is a hash of the
// whole set, so clusters of one content share it, nothing shared is ever edited,
// and a cluster moves by pointing to another class. Everything that the slots
// say is inlined.
//
//	infrastructure                      -> infrastructure cluster template
//	nodes < controlPlane.template       -> control plane template
//	nodes.machine < controlPlane.machine -> control plane machine template
//	nodes < workers < classes.<name>    -> bootstrap and machine template of a worker class
//	controlPlane.class, .class          -> fields of the ClusterClass
//	cluster, pools                      -> the Cluster
//
// Core objects are cluster.x-k8s.io/v1beta2 (see [sigs.k8s.io/cluster-api/api]);
// provider objects are of the version that the profile names.
package capi
