// Package validate judges a whole workspace before anything is rendered: what
// its documents say, and whether every cluster resolves.
//
//	ws, loaded := profile.Load(fsys, profile.Layout{})
//	found := validate.Workspace(ws, validate.Options{Loaded: loaded})
//	fmt.Print(found.Text(fsys))
//
// # Who says what
//
// Loading is strict already: syntax, unknown fields, types and missing fields
// are found by package profile, and so is what resolving a cluster needs. This
// package adds what documents may contain beyond their form. The authority on
// that are the CUE schemas in schema/, which are embedded: names, versions,
// enumerations, ranges, and fields that do not go together. Go judges what a
// schema cannot say or must not see: data with free field names such as labels,
// time zones, what several documents say together, and the lock.
//
// Each mistake is told once. A finding of a schema is left out where loading or
// resolving has one about the same data, or about data around it.
//
// # Codes
//
//	validate.value            a value of the right type that does not fit
//	validate.enum             a text that is not among those allowed
//	validate.rule             fields of a mapping that do not go together
//	validate.required         a field that other fields call for
//	validate.duplicate        two stages of one name, or two that take the rest
//	validate.label            no label or annotation of Kubernetes
//	validate.time-zone        no time zone of the IANA database
//	validate.unplaced         clusters that no stage of the default strategy takes
//	validate.not-compared     information: clusters that cannot be compared with what they are
//	validate.fleet-variable   a variable of fleet scope with two values
//	validate.override-expired warning: the override's date has passed
//	validate.lock-stale       warning: a lock line without a cluster
//	validate.unlocked         information: clusters that follow the latest versions
//	validate.lock-differs     information: clusters that changed since they were locked
//	validate.no-engine        information: content that the caller cannot render
//
// # Guarantees
//
// The result depends on the arguments alone: not on the environment, the number
// of goroutines, the machine's time zones or its clock. Schemas are compiled
// once in a process, when the first document is judged. Documents of one form
// are evaluated once for each call; nothing of them stays behind. All functions
// may be called by many goroutines; CUE evaluates for one at a time.
//
// The package does not run CUE that it did not ship: there are no imports, no
// registry and no policies of users here.
package validate
