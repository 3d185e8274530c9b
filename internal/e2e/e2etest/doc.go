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
// What Cluster API's own functions say is known without a server:
//
//	o := e2etest.Oracle(t)            // one for the whole run, too
//	plan, err := o.UpgradePlan(t.Context(), oracle.Upgrade{ControlPlane: have, Target: want})
//
// Nothing runs unless the environment variable DAYZERO_E2E is set: Hub,
// Workload and Oracle skip the test otherwise. Tests that are long call Full,
// and run only with DAYZERO_E2E=full.
//
// Every wait has a deadline, ends early when a server has died, and shows the
// object's state when it fails.
package e2etest
