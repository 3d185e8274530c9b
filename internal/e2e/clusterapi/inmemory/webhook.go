package main

import (
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"

	"sigs.k8s.io/cluster-api/test/infrastructure/docker/webhooks"
)

func addWebhooks(mgr ctrl.Manager) error {
	for _, w := range []interface{ SetupWebhookWithManager(ctrl.Manager) error }{
		&webhooks.DevCluster{}, &webhooks.DevClusterTemplate{},
		&webhooks.DevMachine{}, &webhooks.DevMachineTemplate{},
		&webhooks.DockerCluster{}, &webhooks.DockerClusterTemplate{},
		&webhooks.DockerMachine{}, &webhooks.DockerMachineTemplate{},
	} {
		if err := w.SetupWebhookWithManager(mgr); err != nil {
			return fmt.Errorf("adding the webhook of %T: %w", w, err)
		}
	}
	return nil
}
