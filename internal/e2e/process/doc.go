// Package process runs server programs as children that cannot be left behind.
//
// A child gets a process group and a log file of its own. Stopping it kills
// the group. On Linux the kernel kills it too when this process dies in any
// way, SIGKILL included; elsewhere KillNamed finds survivors of an earlier run
// by a text in their command line.
//
// The minimal loop:
//
//	child, err := process.Start(process.Command{Name: "etcd", Path: path, Args: args, Log: log})
//	if err != nil { ... }
//	defer child.Kill()
//	if err := child.Ready(ctx, probe); err != nil { ... } // holds the last log lines
//
// controller-runtime's envtest is not used for this: its children survive a
// killed parent, and its errors say nothing about why a server did not start.
package process
