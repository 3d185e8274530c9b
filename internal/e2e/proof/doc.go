// Package proof holds no code but tests: what the library says about live
// clusters, proven on a real API server and a real Cluster API.
//
//	accepted_test.go     1 Accepted: everything of the example workspace passes CRDs and admission
//	family_test.go       1 Accepted: and so does a generated family of stacks
//	composed_test.go     1 Accepted, 2 Provisioned: and what extends, presets, overlays and default pools make
//	provisioned_test.go  2 Provisioned: clusters become what their blueprint says
//	upgraded_test.go     3 Upgraded: clusters move from version to version
//	observed_test.go     3 Upgraded: the table of changes and the Machines they replace
//	table_test.go        3 Upgraded: and what render.Diff predicts of them, without a server
//	nodrift_test.go      4 No false drift: what was applied is in sync
//	planted_test.go      4 No false drift: what others changed is found, and nothing else
//	oracle_test.go       5 Oracles: what admission says of good and bad objects, beside what we say
//	webhooks_test.go     5 Oracles: and what its webhooks say without a server
//	variables_test.go    5 Oracles: what is said of variables, without a server and on one
//	desired_test.go      5 Oracles: the desired-state generator gives what the topology controller wrote
//	plan_test.go         5 Oracles: the upgrade planner, beside our hops
//	replaces_test.go     5 Oracles: which Machines are replaced, beside what was observed
//	recorded_test.go     6 Recorded dumps: live dumps of the example are what a server makes of it
//
// The tests named by a group run with DAYZERO_E2E=1 or only with
// DAYZERO_E2E=full; docs/testing.md says which. The flag -update rewrites what
// is recorded: the tables in testdata and the dumps of the example.
package proof
