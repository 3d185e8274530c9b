// Package vet proves a profile at the corners of its variables, not only for the
// clusters that exist: a profile may resolve for every cluster of today and fail
// for the first one that sets a variable to its maximum, leaves an optional one
// out, or is in a region that a table of constants lacks.
//
// A corner is a made-up cluster in which one or more things differ from a
// baseline. [Corners] resolves one after the other; [Profile] also says what is
// wrong, each mistake once, with the smallest corner that shows it:
//
//	for _, ref := range vet.Releases(ws) {
//		for _, f := range vet.Profile(ws, ref, vet.Options{}).Findings {
//			fmt.Println(f.Corner.Name, f.Diagnostic)
//		}
//	}
//
// # The baseline
//
// An Infrastructure or Full profile stands alone, with the labels, pools and
// values of the first cluster of the fleet that names it, and a pool for each
// class. An AddOn stands on each base that clusters combine it with, with
// those and the further profiles of the first such cluster that resolves;
// where no cluster that resolves uses it, on the first base of the library
// that it resolves on, by name and from the latest version. [Options.With]
// names the other profiles instead. A variable that is required and has no
// value from there gets the first sample of its type. A label that is called
// as a variable and has its value follows the variable. Where the baseline
// does not resolve, the nearest corner that does takes its place.
//
// # What varies
//
// The variables that the profile itself declares, its presets, and the worker
// pools. A variable is absent where it may be, and has: each value of an enum,
// true and false, min and max, the shortest and the longest text, each example,
// and texts that a pattern matches; a list, map or object is as small and as
// large as it may be, and has each such value in one of its places. A variable
// of pool scope has its value in every pool. Each group of presets has each of
// its choices, and none. There are no worker pools, and two of each class. No text
// has more than 4096 characters, no list and no map more than 100 items; of an
// object with more than 100 properties only some are varied. What cannot be varied
// is in [Report.Unvaried].
//
// # Which corners
//
// All of them, where the product is small enough ([Options.Limit]). Else the
// baseline, every single difference, everything at its first and everything at
// its last, and pairs of differences up to the limit, evenly over all pairs of
// variables. The same workspace gives the same corners in the same order.
//
// # Rules
//
// A corner that a rule of a profile refuses is no mistake: that is what rules
// are for. It is one where the declaration allows a value, or its absence, that a rule
// refuses whatever else is set: then the declaration promises too much. Rules
// that read more than variables, such as labels, are not asked this. Every
// other finding of severity error is a mistake.
//
// Nothing here proves that all values between the corners do.
package vet
