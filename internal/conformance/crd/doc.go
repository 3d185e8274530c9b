// Package crd judges custom resources offline as an API server judges them when
// they are created: by the definitions of their kinds.
//
// A [Set] holds definitions. [Set.Check] takes an object through the steps of a
// create request, in the server's order: unknown fields, metadata, defaults,
// schema, lists that are sets or maps, and then, only for objects that are well
// formed up to here, the rules in CEL (x-kubernetes-validations). It runs the
// server's own code, of k8s.io/apiextensions-apiserver.
//
// A server drops unknown fields and defaults the rest; here an unknown field is
// a finding, because whoever wrote it meant something. Admission webhooks and
// rules that compare with an earlier object (oldSelf) are not run.
package crd
