package plane

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// manager is one of Cluster API's processes.
type manager struct {
	name            string // of the program and its manifests
	webhook, health int    // ports
	args            []string
}

const owner = client.FieldOwner("dayzero-e2e")

// startClusterAPI installs definitions and webhooks and starts the managers.
// The API server calls webhooks as soon as they are installed and refuses what
// they do not answer, so the managers start first where they can.
func (p *Plane) startClusterAPI(ctx context.Context, locks string) error {
	managers, err := p.managers(locks)
	if err != nil {
		return err
	}
	p.options.tell("installing Cluster API")
	c, err := client.New(p.Config(), client.Options{})
	if err != nil {
		return err
	}
	var definitions, webhooks []*objects.Object
	for _, m := range managers {
		all, err := p.manifests(m)
		if err != nil {
			return fmt.Errorf("reading manifests of %s: %w", m.name, err)
		}
		definitions = append(definitions, all.definitions...)
		webhooks = append(webhooks, all.webhooks...)
	}
	if err := objects.Apply(ctx, c, owner, definitions...); err != nil {
		return fmt.Errorf("installing Cluster API: %w", err)
	}
	p.options.tell("starting Cluster API")
	if err := p.runAll(ctx, managers); err != nil {
		return err
	}
	if err := objects.Apply(ctx, c, owner, webhooks...); err != nil {
		return fmt.Errorf("installing Cluster API: %w", err)
	}
	return nil
}

// managers lists the managers and chooses their ports.
func (p *Plane) managers(locks string) ([]manager, error) {
	ports, err := p.options.ports(8)
	if err != nil {
		return nil, err
	}
	if p.ports, err = newPortBlock(locks); err != nil {
		return nil, err
	}
	upstream := []string{
		"--diagnostics-address=0", "--insecure-diagnostics",
		"--feature-gates=ClusterTopology=true,MachinePool=true",
		"--skip-crd-migration-phases=StorageVersionMigration,CleanupManagedFields", // nothing is old here
	}
	return []manager{
		{name: "core", webhook: ports[0], health: ports[1], args: upstream},
		{name: "bootstrap", webhook: ports[2], health: ports[3], args: upstream},
		{name: "controlplane", webhook: ports[4], health: ports[5], args: upstream},
		{name: "inmemory", webhook: ports[6], health: ports[7], args: []string{"--workload-ports=" + p.ports.String()}},
	}, nil
}

// runAll starts all managers side by side and waits until each is ready.
func (p *Plane) runAll(ctx context.Context, managers []manager) error {
	children := make([]*process.Process, len(managers))
	for i, m := range managers {
		child, err := p.spawn(p.command(m))
		if err != nil {
			return err
		}
		children[i] = child
	}
	for i, m := range managers {
		if err := p.await(ctx, children[i], probe(http.DefaultClient, "http://"+loopback(m.health)+"/readyz")); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plane) command(m manager) process.Command {
	return process.Command{
		Name: m.name, Path: filepath.Join(p.programs, m.name),
		Args: append([]string{
			"--kubeconfig=" + p.Kubeconfig(),
			"--webhook-cert-dir=" + p.directory.file("serving"),
			"--webhook-port=" + strconv.Itoa(m.webhook),
			"--health-addr=" + loopback(m.health),
		}, m.args...),
	}
}

func (p *Plane) manifests(m manager) (manifests, error) {
	file, err := os.Open(filepath.Join(p.programs, m.name+".yaml"))
	if err != nil {
		return manifests{}, err
	}
	defer file.Close()
	all, err := objects.Decode(file)
	if err != nil {
		return manifests{}, err
	}
	return rewire(all, m.webhook, p.authority.pem)
}
