package plane

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

// startAPIServer starts etcd and kube-apiserver and sets p.config.
func (p *Plane) startAPIServer(ctx context.Context, programs string) error {
	ports, err := p.options.ports(3)
	if err != nil {
		return err
	}
	p.options.tell("starting etcd and kube-apiserver")
	store := "http://" + loopback(ports[0])
	if err := p.run(ctx, p.etcd(programs, store, "http://"+loopback(ports[1])), probe(http.DefaultClient, store+"/health")); err != nil {
		return err
	}
	if err := p.writeServerFiles(); err != nil {
		return fmt.Errorf("preparing kube-apiserver: %w", err)
	}
	if err := p.openAs(ports[2]); err != nil {
		return fmt.Errorf("preparing kube-apiserver: %w", err)
	}
	client, err := rest.HTTPClientFor(p.config)
	if err != nil {
		return err
	}
	return p.run(ctx, p.kubeAPIServer(programs, store, ports[2]), probe(client, p.config.Host+"/readyz"))
}

func (p *Plane) etcd(programs, client, peer string) process.Command {
	return process.Command{
		Name: "etcd", Path: filepath.Join(programs, "etcd"),
		Args: []string{
			"--name=default", "--data-dir=" + p.directory.file("etcd"),
			"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
			"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
			"--initial-cluster=default=" + peer,
			"--unsafe-no-fsync", "--log-level=warn",
		},
	}
}

func (p *Plane) kubeAPIServer(programs, store string, port int) process.Command {
	issuer := "https://" + loopback(port)
	return process.Command{
		Name: "kube-apiserver", Path: filepath.Join(programs, "kube-apiserver"),
		Args: []string{
			"--etcd-servers=" + store,
			"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port),
			"--cert-dir=" + p.directory.file("kubernetes"),
			"--tls-cert-file=" + p.directory.file("serving/tls.crt"),
			"--tls-private-key-file=" + p.directory.file("serving/tls.key"),
			"--client-ca-file=" + p.directory.file("ca.crt"),
			"--service-account-issuer=" + issuer,
			"--service-account-key-file=" + p.directory.file("serving/tls.key"),
			"--service-account-signing-key-file=" + p.directory.file("serving/tls.key"),
			"--service-cluster-ip-range=10.0.0.0/24",
			"--authorization-mode=RBAC", "--allow-privileged=true",
			// No controller creates the accounts that it wants to see.
			"--disable-admission-plugins=ServiceAccount",
		},
	}
}

// writeServerFiles writes the certificates that kube-apiserver and webhook
// servers serve with.
func (p *Plane) writeServerFiles() error {
	serving, err := p.authority.server()
	if err != nil {
		return err
	}
	if err := serving.write(p.directory.file("serving")); err != nil {
		return err
	}
	return os.WriteFile(p.directory.file("ca.crt"), p.authority.pem, 0o644)
}

// openAs sets p.config to an administrator's and writes it as a kubeconfig.
func (p *Plane) openAs(port int) error {
	admin, err := p.authority.administrator()
	if err != nil {
		return err
	}
	file := api.NewConfig()
	file.Clusters["dayzero-e2e"] = &api.Cluster{Server: "https://" + loopback(port), CertificateAuthorityData: p.authority.pem}
	file.AuthInfos["admin"] = &api.AuthInfo{ClientCertificateData: admin.certificate, ClientKeyData: admin.key}
	file.Contexts["dayzero-e2e"] = &api.Context{Cluster: "dayzero-e2e", AuthInfo: "admin"}
	file.CurrentContext = "dayzero-e2e"
	if err := clientcmd.WriteToFile(*file, p.Kubeconfig()); err != nil {
		return err
	}
	p.config, err = clientcmd.NewDefaultClientConfig(*file, nil).ClientConfig()
	if err != nil {
		return err
	}
	p.config.QPS = -1 // the server's own fairness is limit enough
	return nil
}
