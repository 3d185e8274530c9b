// Package rollout plans how a change travels through a fleet, and advances the
// plan one step at a time.
//
// It is pure. There is no clock in it, no goroutine, no file and no network:
// the caller says what happened and what time it is, and the package says what
// to store, what to do and when to ask again. The same calls with the same
// arguments give the same answers on every machine, so a rollout can be
// reviewed before it runs, forecast, replayed afterwards, and tested without a
// cluster.
//
// # Concepts
//
// A [Member] is a cluster with its labels and its hops. A [Hop] leads it from
// one stack to the next; a cluster that has to pass through versions in between
// has several. Where hops come from is the caller's business: the package knows
// neither profiles nor manifests, only the names From and To.
//
// A strategy ([profile.Strategy]) lists stages: who belongs to each, how many
// clusters of it may change at the same time (maxConcurrency), how many may
// fail (failureBudget), and how long it is watched when it is done (soak).
// [Compile] makes a [Plan] of members and strategy. In a plan everything is
// decided that can be decided beforehand: who moves in which [Stage], in which
// order, and every percentage as a number, next to what it was a percentage of.
// A plan never changes, and [Plan.Digest] names it by its content; approve that.
//
// A [Machine] advances a plan. Its state is its log: each [Entry] is a fact
// that it took in or a decision that it made, and folding the entries from the
// first gives the state again. A [Snapshot] stands for the log up to some entry.
//
// # The life of a hop
//
//	reserved    the machine logs that the cluster holds a slot of its stage,
//	            and hands out an [Action]
//	dispatched  the caller has declared the new stack and says so
//	succeeded   a fresh observation finds the cluster healthy at the new stack
//	failed      a fresh observation finds it failing
//
// A cluster with several hops takes them one after the other, and goes before
// clusters that have not begun, so that no more clusters are ever in between
// than maxConcurrency allows. When all clusters of a stage have succeeded or
// failed, the soak begins; when that is over the stage is closed and the next
// one runs. A cluster that is found failing after it succeeded, but before its
// stage is closed, has failed: that is what the soak is for. Failed is final in
// a plan, and so is the end of a stage; a cluster that recovers, or breaks
// later, is the business of the next plan.
//
// An empty stage stays in the plan and is closed at once, without a soak.
//
// # Duties of the caller
//
// Whoever drives a Machine does this, over and over:
//
//  1. Collect events: an [Observed] for each cluster that was looked at, a
//     [Dispatched] for each action that was carried out, and [Pause], [Resume]
//     or [Halt] when an operator says so. Delivering too much is harmless:
//     what is stale, repeated or about other clusters is ignored.
//  2. Call [Machine.Step] with the events and the time.
//  3. Store [Ready].Log durably, behind what is stored already. Nothing else
//     may happen before this has succeeded. If it fails, throw the machine away
//     and go to 6.
//  4. Carry out [Ready].Actions: declare for each cluster that it is now meant
//     to be at the hop's To, and store the action's token with that
//     declaration. An action whose token is already there was carried out
//     before: report it as dispatched and do nothing else. An action may be
//     retried as often as needed. While the plan is paused or halted, drop
//     the actions not yet carried out; a resume hands them out again.
//  5. Wait until [Ready].NextWake, if it is set, or until there is news,
//     whichever is first. Calling Step more often changes nothing.
//  6. After a restart, call [Restore] with the plan, the last snapshot and the
//     log behind it, and go on with 1. The first Step hands out again every
//     action that was reserved and not reported as dispatched.
//
// One machine at a time may advance a plan. The package cannot enforce that:
// hold a lease for it, and let the token decide what is written.
//
//	machine, err := rollout.Restore(plan, snapshot, log)
//	for {
//		ready, err := machine.Step(events, time.Now())
//		err = store.Append(ready.Log)
//		events = nil
//		for _, action := range ready.Actions {
//			events = append(events, dispatch(action))
//		}
//		if ready.Phase == rollout.Done || ready.Phase == rollout.Halted {
//			break
//		}
//		events = append(events, wait(ready.NextWake)...)
//	}
//
// A halted plan dispatches nothing, but clusters may still be on a hop: keep
// stepping for as long as their fate should be recorded.
//
// # Observations
//
// An observation says which stack was declared on the cluster when it was
// looked at (Target), how the cluster was (Health), when that was (At), and
// which generation of the declaration the health is about. It counts only if
// the target is the To of the hop, the time is later than that of the dispatch,
// and the generation is at least the one that was written. So neither an old
// verdict nor a new declaration with old conditions closes a stage. Where
// declarations have no generation leave it 0 on both sides, and make sure in
// another way that Health is about Target.
//
// A cluster that cannot be reached is [Unknown]: neither success nor failure.
// It keeps its slot for as long as that lasts.
//
// # Guarantees
//
//   - Stages do not overlap: a cluster is reserved only when every earlier
//     stage is closed.
//   - At every entry of the log, at most maxConcurrency clusters of the stage
//     are reserved or dispatched.
//   - Once more clusters have failed than the budget allows, the log has no
//     reservation any more, whatever the order of events in a Step.
//   - At most failureBudget + maxConcurrency clusters of a stage fail on a hop:
//     budget + 1 halt the plan, and maxConcurrency - 1 others may be on a hop
//     then. Clusters that fail after they had succeeded are counted against the
//     budget too, but were not put at risk by a later decision, so no limit
//     bounds them but the size of the stage. A stage that must not overshoot
//     has a maxConcurrency of 1: then at most budget + 1 fail on a hop.
//   - A soak begins when the last cluster of the stage came to its end, by the
//     time of the observation that says so. Neither restarts, pauses nor later
//     observations move that. While the plan is paused time counts for the
//     soak, but the stage is closed, and stops being watched, only afterwards.
//   - Each hop is reserved once, and all its actions have one token.
//   - A restart at any entry of the log changes no decision, given that what
//     was delivered and not stored is delivered again.
//   - When the clock runs back, the time of the last entry counts until the
//     clock has passed it. That may delay a plan; it repeats no dispatch and
//     shortens no soak. An observation from the future counts as made now.
//   - [Forecast] runs the same machine in simulated time, so with the same
//     durations the forecast is what happens.
//   - The order of the members given to [Compile] does not matter.
//   - Decoding refuses a plan whose content does not have its digest, fields it
//     does not know, and what Compile cannot have made. [Restore] refuses logs
//     and snapshots that do not fit the plan. Neither panics on any input.
//
// # Findings
//
// Compile reports, under these codes: rollout.no-stages, rollout.stage-name
// (missing or used twice), rollout.stage-taker (both or neither of selector and
// rest, or a second rest), rollout.bad-selector, rollout.bad-limit,
// rollout.bad-soak, rollout.bad-member (a key or hops that make no sense),
// rollout.unplaced (no stage takes a cluster), and the warning
// rollout.budget-covers-stage.
//
// # Cost
//
// Compile sorts the fleet once. A Step takes time with its events and what
// follows from them, not with the fleet; see the benchmarks. Snapshots grow
// with the clusters that have begun.
//
// # Not here
//
// What changes on a cluster and how bad that is comes from the caller. Reading
// clusters, judging their health, leases, storage and retries are the
// executor's. A plan does not change while it runs: another fleet or another
// strategy is another plan, and whoever starts it halts the old one.
//
// Values other than Machine are immutable and may be shared between goroutines.
package rollout
