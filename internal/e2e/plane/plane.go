package plane

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/dayzero-sdk/dayzero/internal/e2e/binaries"
	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// Options of a plane; the zero value is fine.
type Options struct {
	Cache    string               // directory of built servers and running planes; empty is dayzero/e2e in os.UserCacheDir
	Progress func(message string) // told what goes on; nil is silence
	Timeout  time.Duration        // bounds the start once everything is built; 0 is three minutes
	Keep     bool                 // leave the directory with logs and data in place after Stop

	choose func(n int) ([]int, error) // of ports; nil is freePorts; others are for tests
}

const (
	defaultTimeout = 3 * time.Minute
	attempts       = 3 // another process may take a port between our choosing and using it
)

// Plane is a running control plane. Its methods may be called concurrently.
type Plane struct {
	options   Options
	programs  string // directory of Cluster API's files; empty without Cluster API
	directory *directory
	authority *authority
	config    *rest.Config
	processes []*process.Process
	ports     *portBlock // of simulated workload clusters; nil without Cluster API
	stop      sync.Once
	stopErr   error
}

// Start starts an API server with Cluster API. The context bounds building and
// starting; it does not end the plane later. On an error nothing is left running.
func Start(ctx context.Context, options Options) (*Plane, error) {
	servers, err := Build(ctx, options)
	if err != nil {
		return nil, err
	}
	return start(ctx, options, servers)
}

// StartAPIServer starts an API server without Cluster API. It is otherwise as
// Start.
func StartAPIServer(ctx context.Context, options Options) (*Plane, error) {
	servers, err := buildKubernetes(ctx, options)
	if err != nil {
		return nil, err
	}
	return start(ctx, options, servers)
}

func start(ctx context.Context, options Options, servers Servers) (*Plane, error) {
	timeout := options.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("the control plane did not start in %s", timeout))
	defer cancel()
	for attempt := 1; ; attempt++ {
		p, err := startOnce(ctx, options, servers)
		var failure *process.Failure
		if err == nil || attempt == attempts || !errors.As(err, &failure) || !failure.PortTaken() {
			return p, err
		}
		options.tell("%s found its port taken; trying again", failure.Name)
	}
}

func startOnce(ctx context.Context, options Options, servers Servers) (*Plane, error) {
	p := &Plane{options: options, programs: servers.ClusterAPI}
	if err := p.bringUp(ctx, servers); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

func (p *Plane) bringUp(ctx context.Context, servers Servers) error {
	cache, err := p.options.cache().Path()
	if err != nil {
		return err
	}
	if p.directory, err = newDirectory(ctx, filepath.Join(cache, "runs")); err != nil {
		return err
	}
	if p.authority, err = newAuthority(); err != nil {
		return err
	}
	if err := p.startAPIServer(ctx, servers.Kubernetes); err != nil {
		return err
	}
	if servers.ClusterAPI != "" {
		if err := p.startClusterAPI(ctx, filepath.Join(cache, "ports")); err != nil {
			return err
		}
	}
	return p.Err()
}

// Kubeconfig is the path of a file that opens the plane as a cluster
// administrator. Stop removes it.
func (p *Plane) Kubeconfig() string { return p.directory.file("kubeconfig") }

// Config opens the plane as a cluster administrator. It is the caller's to
// change.
func (p *Plane) Config() *rest.Config { return rest.CopyConfig(p.config) }

// Logs is the directory of the servers' logs, one NAME.log each.
func (p *Plane) Logs() string { return p.directory.path }

// ClusterClassFile is the path of upstream's ClusterClass "in-memory" with its
// templates, and empty without Cluster API.
func (p *Plane) ClusterClassFile() string {
	if p.programs == "" {
		return ""
	}
	return filepath.Join(p.programs, "clusterclass-in-memory.yaml")
}

// Err says which server has ended, with its last log lines, and is nil while
// all run.
func (p *Plane) Err() error {
	for _, child := range p.processes {
		if err := child.Failure(); err != nil {
			return err
		}
	}
	return nil
}

// Stop kills all servers and removes the plane's directory. Later calls do
// nothing and give the same result.
func (p *Plane) Stop() error {
	p.stop.Do(func() { p.stopErr = p.shutDown() })
	return p.stopErr
}

func (p *Plane) shutDown() error {
	var all sync.WaitGroup
	for _, child := range p.processes {
		all.Go(child.Kill)
	}
	all.Wait()
	var err error
	if p.ports != nil {
		err = p.ports.release()
	}
	if p.directory != nil {
		err = errors.Join(err, p.directory.release(p.options.Keep))
	}
	return err
}

// run starts a server, to be killed by Stop, and waits until it is ready.
func (p *Plane) run(ctx context.Context, command process.Command, probe func(context.Context) error) error {
	child, err := p.spawn(command)
	if err != nil {
		return err
	}
	return p.await(ctx, child, probe)
}

// await waits until a child is ready, or any other has died: one that found its
// port taken may seem ready, because whoever has the port answers.
func (p *Plane) await(ctx context.Context, child *process.Process, probe func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := child.Ready(ctx, func(ctx context.Context) error {
		if dead := p.Err(); dead != nil {
			cancel(dead)
			return dead
		}
		return probe(ctx)
	})
	return cmp.Or(p.Err(), err)
}

func (p *Plane) spawn(command process.Command) (*process.Process, error) {
	command.Log = p.directory.file(command.Name + ".log")
	child, err := process.Start(command)
	if err != nil {
		return nil, err
	}
	p.processes = append(p.processes, child)
	return child, p.directory.record(child.PID())
}

func (o Options) cache() binaries.Cache { return binaries.Cache{Dir: o.Cache, Progress: o.Progress} }

func (o Options) ports(n int) ([]int, error) {
	if o.choose != nil {
		return o.choose(n)
	}
	return freePorts(n)
}

func (o Options) tell(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(fmt.Sprintf(format, args...))
	}
}
