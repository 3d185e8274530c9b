package main

import (
	"flag"
	"fmt"
	"os"

	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metrics "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"sigs.k8s.io/cluster-api/feature"
)

// options are the command line. The kubeconfig flag is controller-runtime's.
type options struct {
	healthAddress    string
	webhookPort      int
	webhookDirectory string
	ports            portRange
}

func main() {
	opts := parse(os.Args[1:])
	ctrl.SetLogger(klog.Background())
	if err := run(opts); err != nil {
		fmt.Fprintln(os.Stderr, "inmemory:", err)
		os.Exit(1)
	}
}

func parse(args []string) options {
	var opts options
	flags := flag.NewFlagSet("inmemory", flag.ExitOnError)
	config.RegisterFlags(flags)
	klog.InitFlags(flags)
	flags.StringVar(&opts.healthAddress, "health-addr", "127.0.0.1:9440", "address of /healthz and /readyz")
	flags.IntVar(&opts.webhookPort, "webhook-port", 9443, "port of the admission webhooks")
	flags.StringVar(&opts.webhookDirectory, "webhook-cert-dir", "", "directory of tls.crt and tls.key")
	flags.Var(&opts.ports, "workload-ports", "FIRST-LAST: ports of simulated workload clusters; FIRST serves debugging")
	_ = flags.Parse(args) // ExitOnError
	return opts
}

func run(opts options) error {
	gates := "ClusterTopology=true,MachinePool=true"
	if err := feature.MutableGates.Set(gates); err != nil {
		return fmt.Errorf("setting feature gates %s: %w", gates, err)
	}
	mgr, err := newManager(opts)
	if err != nil {
		return fmt.Errorf("creating the manager: %w", err)
	}
	ctx := ctrl.SetupSignalHandler()
	if err := addReconcilers(ctx, mgr, opts.ports); err != nil {
		return err
	}
	if err := addWebhooks(mgr); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func newManager(opts options) (ctrl.Manager, error) {
	cfg, err := config.GetConfig()
	if err != nil {
		return nil, err
	}
	cfg.QPS, cfg.Burst = 100, 200
	scheme := hubScheme()
	mgr, err := ctrl.NewManager(cfg, ctrl.Options{
		Scheme:                 scheme,
		HealthProbeBindAddress: opts.healthAddress,
		Metrics:                metrics.Options{BindAddress: "0"},
		Cache:                  cacheOptions(),
		Client:                 client.Options{Cache: &client.CacheOptions{DisableFor: uncached(), Unstructured: true}},
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: "127.0.0.1", Port: opts.webhookPort, CertDir: opts.webhookDirectory,
		}),
	})
	if err != nil {
		return nil, err
	}
	return mgr, mgr.AddReadyzCheck("webhook", mgr.GetWebhookServer().StartedChecker())
}

func concurrency(n int) controller.Options { return controller.Options{MaxConcurrentReconciles: n} }
