// Package e2e holds no code; its folders make claims about live behaviour
// testable against the real thing, on any machine with Go and without
// containers:
//
//	controlplane  command: a real API server with Cluster API, until interrupted
//	record        command: what a real API server makes of a folder of manifests
//	proof         the claims about live behaviour, as tests; see docs/testing.md
//	e2etest       what tests use: shared servers, namespaces, waits
//	oracle        asks Cluster API's own functions, without a server
//	plane         starts and stops the servers
//	binaries      builds and caches them
//	dump          reads, applies and writes folders of objects
//	objects       reads, applies and awaits objects of any kind
//	process       children that cannot be left behind
//	lock          locks between processes
//	kubernetes    module that pins etcd and kube-apiserver
//	clusterapi    module that pins Cluster API's managers and functions
//
// The last two are modules of their own and stay outside go.work: their
// versions would mix with the library's, and "go test work" would compile all
// of Kubernetes.
//
// Without the environment variable DAYZERO_E2E nothing here starts a server.
package e2e
