// Package binaries builds the servers of the control plane, and the oracle, from
// pinned Go modules and keeps them in the user's cache directory.
//
// A Module is a folder with a go.mod and go.sum of its own, outside go.work.
// Everything made from it goes into one directory whose name holds the pinned
// version and a digest of all that decides the result:
//
//	<cache>/kubernetes-v1.36.3-1f2e3d4c5b6a/{etcd,kube-apiserver}
//
// A file appears there by rename, complete or not at all, and a lock keeps two
// processes from building at once. After an interruption, whatever was
// finished stays and the rest is built by the next call; so is a file that has
// lost its end since. Nothing is ever removed: delete the cache directory to
// reclaim its space (about 600 MB).
package binaries
