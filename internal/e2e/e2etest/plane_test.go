package e2etest_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/plane"
)

func TestMain(m *testing.M) { os.Exit(e2etest.Main(m)) }

const cluster = `
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata:
  name: one
spec:
  clusterNetwork:
    pods: {cidrBlocks: [192.168.0.0/16]}
  topology:
    classRef: {name: in-memory}
    version: v1.35.0
    controlPlane: {replicas: 1}
    workers:
      machineDeployments:
        - {class: default-worker, name: md-0, replicas: 1}
`

// patience bounds waits on a machine that has other things to do.
const patience = 6 * time.Minute

// A cluster of one control-plane machine and one worker becomes available on
// real Cluster API; on a quiet machine within half a minute.
func TestClusterBecomesAvailable(t *testing.T) {
	t.Parallel()
	hub := e2etest.Hub(t)
	namespace := hub.Namespace(t)
	hub.Apply(t, namespace, hub.ClusterClass(t)...)
	one := objects.Parse(cluster)[0]
	hub.Apply(t, namespace, one)
	start := time.Now()
	hub.WaitCondition(t, one, patience, "Available", "True")
	t.Logf("available after %s", time.Since(start).Round(100*time.Millisecond))
}

// So do ten clusters side by side; on a quiet machine within two minutes.
func TestTenClustersBecomeAvailable(t *testing.T) {
	e2etest.Full(t)
	hub := e2etest.Hub(t)
	namespace := hub.Namespace(t)
	hub.Apply(t, namespace, hub.ClusterClass(t)...)
	start := time.Now()
	var all []*objects.Object
	for i := range 10 {
		c := objects.Parse(cluster)[0]
		c.SetName(fmt.Sprintf("ten-%d", i))
		all = append(all, c)
	}
	hub.Apply(t, namespace, all...)
	for _, c := range all {
		hub.WaitCondition(t, c, time.Until(start.Add(patience)), "Available", "True")
	}
	t.Logf("available after %s", time.Since(start).Round(100*time.Millisecond))
}

// A second plane beside the shared one has other ports and other contents, and
// its end leaves neither process nor file.
func TestPlanesSideBySide(t *testing.T) {
	t.Parallel()
	hub, workload := e2etest.Hub(t), e2etest.Workload(t)
	if hub.Plane.Config().Host == workload.Plane.Config().Host {
		t.Errorf("both are at %s", hub.Plane.Config().Host)
	}
	second, err := plane.Start(t.Context(), plane.Options{})
	if err != nil {
		t.Fatal(err)
	}
	logs := second.Logs()
	if lines := processes(t, logs); len(lines) != 6 {
		t.Errorf("runs %d servers, want 6: %q", len(lines), lines)
	}
	if err := second.Stop(); err != nil {
		t.Error(err)
	}
	if lines := processes(t, logs); len(lines) != 0 {
		t.Errorf("left processes %q", lines)
	}
	if _, err := os.Stat(logs); !os.IsNotExist(err) {
		t.Errorf("left files: %v", err)
	}
}

// A server that dies is named, with its last log lines.
func TestDeadServerIsNamed(t *testing.T) {
	t.Parallel()
	e2etest.Workload(t) // or skip
	p, err := plane.StartAPIServer(t.Context(), plane.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	for _, line := range processes(t, p.Logs()) {
		if strings.Contains(line, "etcd --name") {
			if err := exec.Command("kill", "-9", strings.Fields(line)[0]).Run(); err != nil {
				t.Fatal(err)
			}
		}
	}
	time.Sleep(time.Second)
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "running etcd: ended: signal: killed") {
		t.Errorf("got %v, want it to name etcd", err)
	}
}

// A wait that ends in vain shows the object.
func TestWaitShowsTheObject(t *testing.T) {
	t.Parallel()
	workload := e2etest.Workload(t)
	namespace := workload.Namespace(t)
	config := objects.Parse("{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}, data: {colour: green}}")[0]
	workload.Apply(t, namespace, config)
	err := objects.Wait(t.Context(), workload.Client, config, time.Second, func(o *objects.Object) error {
		return errors.New("it is not blue")
	})
	for _, want := range []string{"ConfigMap " + namespace + "/mine", "waited 1s", "it is not blue", "colour: green"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

// processes lists processes whose command line contains text, as "PID COMMAND".
func processes(t *testing.T, text string) []string {
	t.Helper()
	out, err := exec.Command("ps", "-ww", "-e", "-o", "pid=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, text) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
