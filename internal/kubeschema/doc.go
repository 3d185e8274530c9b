// Package kubeschema knows how Kubernetes reads the fields of an object: which
// lists are keyed, sets or atomic, which strings are quantities, durations or
// times, and what the server fills in where nothing was written.
//
// Built-in kinds come from a table that is generated from one Kubernetes release
// and embedded ([Builtin]); it does not depend on the Kubernetes modules a
// program links. Custom resources come from the structural schemas of their
// definitions ([Custom]). Anything else has no [Type], and callers compare it as
// plain data.
//
// # The table
//
// kubernetes.txt is made to be read and diffed:
//
//	kind apps/v1 Deployment namespaced apps.v1.Deployment
//	type core.v1.ServicePort
//	 nodePort? integer
//	 port?! integer
//	 = protocol "TCP"
//	 = targetPort copy port
//
// A field is a name, "?" when the server does not tell its zero value from
// absence, "!" when it is required, and a shape: a scalar word, a type, "{elem"
// for a mapping, "[elem" followed by atomic, set or map and its keys for a list.
// A line that starts with "=" is a default: a path, conditions ("when type in
// |RollingUpdate"; an empty value stands for absence, * for presence) and a JSON
// value, or copy, lower or tag and the path of the field it follows. "[0]" in a
// path means every element.
//
//go:generate sh -c "cd gen && GOWORK=off go run . > ../kubernetes.txt.new && mv ../kubernetes.txt.new ../kubernetes.txt"
package kubeschema
