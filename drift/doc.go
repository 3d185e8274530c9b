// Package drift compares declared Kubernetes objects with what was read from a
// cluster. It works on plain data, offline: no server, no clock, no profile.
//
//	want, diags := render.Objects("desired.yaml", desired)
//	dump, more := render.Objects("live.yaml", dumped)
//	live, coverage := drift.NewLive(dump)
//	report := drift.Compare(want, live, drift.Evidence{})
//	fmt.Print(report.Text())
//
// # Verdicts
//
// Every declared object gets a [Verdict], InSync, Drift or Unknown, a [Detail]
// and a [Confidence]; so does every field in which it differs. What was not read
// is Unknown ([Coverage]), never Missing and never in sync.
//
// # What is compared
//
// A live object says more than its manifest: the server fills in defaults,
// assigns addresses, respells quantities. Compare tolerates what the schema
// table of one Kubernetes release knows ([Report.Table] names it), and what
// structural schemas of CustomResourceDefinitions say that are declared or live.
// The rest is judged in this order, and the first that applies is the answer:
//
//  1. rules about the server and its controllers, each with an id;
//  2. relations between objects: a horizontal autoscaler explains a number of
//     replicas within its bounds, and none outside;
//  3. what was applied before ([Evidence.Previous], or kubectl's annotation);
//  4. who owns the field, if the dump has managedFields.
//
// Whatever is tolerated for a reason stays in the report, in sync, with its
// rule. Spellings are compared by type and nothing else: "1000m" is 1 as a
// resource, and another text in a ConfigMap. Where no schema tells, the answer
// about two such spellings is Unknown.
//
// # Evidence
//
// Dumps without managedFields and without history are fine: verdicts become
// less sure, never more innocent. Dropping evidence never turns Drift into
// InSync, nor InSync into confirmed Drift.
//
// # Secrets
//
// A report holds neither the values of a Secret nor their lengths, nor what was
// rendered from a sensitive variable and stands in its place in the cluster.
//
// # Not done here
//
// Reading clusters and correcting them is for drift/live. Status is not
// compared. CEL rules and admission webhooks are not run.
package drift
