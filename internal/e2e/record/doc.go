// Command record starts an API server of its own, applies a folder of manifests
// to it server-side, and writes the live objects, managedFields included, to
// another folder, file by file.
//
//	go run ./internal/e2e/record -in DIR -out DIR
//	go run ./internal/e2e/record -clusterapi -settle 20s -setup DIR -in DIR -out DIR
//
// Flags:
//
//	-setup DIR      manifests to apply before, with another field manager, that are not written
//	-manager NAME   field manager of what is applied from -in (default dayzero)
//	-edit COMMAND   shell command that changes the server after applying, found through KUBECONFIG
//	-clusterapi     run Cluster API on the server
//	-settle TIME    how long to let controllers work before reading
package main
