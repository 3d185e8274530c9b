// Package immutable says which fields the API server of Kubernetes 1.36 refuses
// to change once an object exists, so that correcting or changing them takes a
// new object.
//
// It is a table of what holds for every object of a kind. Conditions on other
// fields are not looked at but for `immutable: true`: a field that can be changed
// in some state of the object, such as the template of a suspended Job, counts by
// the state objects are normally in.
package immutable
