package main

import (
	"fmt"

	"sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/server"
)

// portRange is FIRST-LAST, both included, as a flag value.
type portRange struct{ first, last int32 }

func (r *portRange) String() string { return fmt.Sprintf("%d-%d", r.first, r.last) }

func (r *portRange) Set(text string) error {
	if _, err := fmt.Sscanf(text, "%d-%d", &r.first, &r.last); err != nil {
		return fmt.Errorf("want FIRST-LAST: %w", err)
	}
	if r.first < 1 || r.last <= r.first || r.last > 65535 {
		return fmt.Errorf("range %s is empty or outside 1-65535", r)
	}
	return nil
}

// option gives the first port to the debug server and the others to workload
// clusters.
func (r *portRange) option() server.CustomPorts {
	return server.CustomPorts{DebugPort: r.first, MinPort: r.first + 1, MaxPort: r.last}
}
