// Package e2etest gives tests a real control plane.
//
// A package of tests that wants one has
//
//	func TestMain(m *testing.M) { os.Exit(e2etest.Main(m)) }
//
// and its tests begin with
//
//	hub := e2etest.Hub(t)             // one for the whole run, started when first asked for
//	namespace := hub.Namespace(t)     // one for each test
//	hub.Apply(t, namespace, objects...)
//	hub.WaitCondition(t, cluster, time.Minute, "Available", "True")
//
// Nothing runs unless the environment variable DAYZERO_E2E is set: Hub and
// Workload skip the test otherwise. Tests that are long call Full, and run only
// with DAYZERO_E2E=full.
//
// Every wait has a deadline, ends early when a server has died, and shows the
// object's state when it fails.
package e2etest
