// Command controlplane starts a real Kubernetes API server with Cluster API and
// its in-memory infrastructure provider on this machine, prints how to reach
// it, and stops it when interrupted.
//
//	go run ./internal/e2e/controlplane
//	go run ./internal/e2e/controlplane -plain    # without Cluster API
//	go run ./internal/e2e/controlplane -build    # only build, for tests too
//
// The first run builds the servers from source, which takes some minutes; later
// runs are up in seconds.
package main
