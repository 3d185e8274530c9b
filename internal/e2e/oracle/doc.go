// Package oracle asks Cluster API's own functions: its upgrade planner, its
// desired-state generator, what it compares to decide whether Machines are
// replaced, its judgement of variables, and its admission webhooks. No server is
// needed, and an answer takes well below a millisecond where no objects are
// involved, so that property tests can ask tens of thousands of times.
//
//	o, err := oracle.Start(ctx, oracle.Options{})
//	if err != nil { ... }
//	defer o.Stop()
//	plan, err := o.UpgradePlan(ctx, oracle.Upgrade{ControlPlane: "v1.33.6", Target: "v1.34.2"})
//
// In tests, e2etest.Oracle(t) gives one that the whole run shares.
//
// The functions run in a process of their own, internal/e2e/clusterapi/oracle,
// which package binaries builds and keeps: Cluster API's modules would mix with
// the library's otherwise. The files there say which functions answer what, and
// what is out of reach: above all CRD schemas, which only a server applies.
//
// What Cluster API refuses is an answer. An error means that the question made
// no sense, that there was no answer in time, or that the process died; then it
// holds the last lines that the process wrote. A process that is gone, or late,
// is replaced with the next question.
package oracle
