// Command inmemory is Cluster API's in-memory infrastructure provider as a
// process of its own.
//
// It runs upstream's reconcilers and webhooks for the Dev kinds unchanged. It
// replaces upstream's main for two reasons: that one listens on fixed ports
// (19000 and from 20000 up), so that two of them cannot run side by side, and
// it looks for a Docker daemon. The Docker kinds keep their webhooks, so that
// classes that name them are admitted, but nothing reconciles them.
//
// Simulated workload clusters listen on every interface, one port each: the
// upstream server offers no choice of address.
package main
