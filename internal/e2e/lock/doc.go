// Package lock gives locks between processes that outlive no process.
//
// A lock is the kernel's advisory lock on a file. The kernel drops it when its
// holder ends in any way, so a lock file that a killed process left behind
// locks nothing: there are no stale locks to recover from.
package lock
