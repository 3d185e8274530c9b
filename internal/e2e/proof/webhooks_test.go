package proof_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/internal/e2e/objects"
	"github.com/dayzero-sdk/dayzero/internal/e2e/oracle"
	"github.com/dayzero-sdk/dayzero/render"
)

// webhooksFile is the table of what Cluster API's webhooks say without a server,
// a line for each that was judged by one for testdata/admission.txt:
//
//	change or mistake | server | webhooks alone | verdict
const webhooksFile = "testdata/webhooks.txt"

const webhooksHead = `# change or mistake | what a server says: CRDs and admission | what the webhooks alone say | verdict
# The second column is that of admission.txt; recorded by: DAYZERO_E2E=1 go test ./internal/e2e/proof -run TestOraclesWebhooks -update
`

// judgedKinds are the kinds whose webhooks the oracle can ask.
var judgedKinds = []string{"Cluster", "ClusterClass", "KubeadmControlPlaneTemplate", "KubeadmConfigTemplate"}

// Cluster API's webhooks say the same without a server as on one. Where CRD
// schemas, or webhooks of other kinds, refuse what they let pass, the table says
// so by name; nothing that a server accepts is refused.
func TestOraclesWebhooks(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	onServer, asked := admissionColumn(t), 0
	var b strings.Builder
	b.WriteString(webhooksHead)
	for _, c := range slices.Concat(changes, mistakes) {
		they, ok := onServer[c.name]
		if !ok {
			t.Errorf("%s was never judged by a server", c.name)
		}
		if !ok || they == "not asked" {
			continue
		}
		bundle, err := ours(t.Context(), c.make(newProbe()), "probes", "probe")
		if err != nil {
			t.Fatal(err)
		}
		alone := webhooksSay(t, o, bundle)
		verdict := compareWebhooks(they, alone)
		if verdict == "DISAGREE" {
			t.Errorf("%s: a server says %q, webhooks alone %q", c.name, they, alone)
		}
		fmt.Fprintf(&b, "%s | %s | %s | %s\n", c.name, they, alone, verdict)
		asked++
	}
	if asked < fewestPairs {
		t.Errorf("webhooks judged %d pairs, want at least %d", asked, fewestPairs)
	}
	if *update {
		if err := os.WriteFile(webhooksFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(webhooksFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s: -want +got:\n%s", webhooksFile, diff)
	}
}

// compareWebhooks holds what webhooks say alone against a server, which applies
// schemas first.
func compareWebhooks(server, alone string) string {
	switch {
	case server == alone:
		return "agree"
	case alone == "accepted":
		return "schemas refuse"
	case server != "accepted":
		return "both refuse, schemas first"
	}
	return "DISAGREE"
}

// admissionColumn gives what a server says, by change.
func admissionColumn(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(admissionFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(strings.TrimSpace(line), " | "); !strings.HasPrefix(line, "#") && len(cells) == 4 {
			out[cells[0]] = cells[1]
		}
	}
	return out
}

// webhooksSay asks about one object after the other, until one is refused, and
// words it as a server's answer is.
func webhooksSay(t *testing.T, o *oracle.Oracle, b render.Bundle) string {
	t.Helper()
	var there []*objects.Object
	for _, object := range slices.Concat(shared(b), own(b)) {
		kind := object.Key().Kind
		if !slices.Contains(judgedKinds, kind) {
			continue
		}
		v, err := o.Admits(t.Context(), oracle.Admission{There: there, Object: object.Unstructured()})
		there = append(there, object.Unstructured())
		if err != nil {
			t.Fatal(err)
		}
		if v.Refused != nil {
			return "refused: " + kind + ": " + refusedFields(v)
		}
		if v.Warnings != nil {
			return "warned of: " + strings.Join(v.Warnings, "; ")
		}
	}
	return "accepted"
}

func refusedFields(v oracle.Verdict) string {
	var fields []string
	for _, c := range v.Refused {
		if c.Type == "NotDecoded" {
			return "not of its schema"
		}
		fields = append(fields, c.Field)
	}
	slices.Sort(fields)
	return strings.Join(slices.Compact(fields), ", ")
}

// amendments are made to one of the objects of a probe that is there; its webhook
// says what is wanted.
var amendments = []struct {
	name string
	make func(e standing) *objects.Object // gives the object as it is to be
	want string
}{
	{"nothing", func(e standing) *objects.Object { return e.copy("Cluster") }, "admitted"},
	{"a minor up", func(e standing) *objects.Object {
		return e.set("Cluster", "v1.35.0", "spec", "topology", "version")
	}, "admitted"},
	{"two minors up", func(e standing) *objects.Object {
		return e.set("Cluster", "v1.36.0", "spec", "topology", "version")
	}, `spec.topology.version FieldValueInvalid "version cannot be increased"`},
	{"a minor down", func(e standing) *objects.Object {
		return e.set("Cluster", "v1.33.6", "spec", "topology", "version")
	}, `spec.topology.version FieldValueInvalid "version cannot be decreased"`},
	{"a minor up while the control plane is behind", func(e standing) *objects.Object {
		e.there["KubeadmControlPlane"] = e.set("KubeadmControlPlane", "v1.33.6", "spec", "version")
		return e.set("Cluster", "v1.35.0", "spec", "topology", "version")
	}, `spec.topology.version FieldValueInvalid "version cannot be changed"`},
	{"no topology", func(e standing) *objects.Object {
		o := e.set("Cluster", "DevCluster", "spec", "infrastructureRef", "kind")
		unstructured.RemoveNestedField(o.Object, "spec", "topology")
		return o
	}, `spec.topology FieldValueForbidden "cannot be removed"`},
	{"a class whose versions lack that of its cluster", func(e standing) *objects.Object {
		return e.set("ClusterClass", []any{"v1.35.0"}, "spec", "kubernetesVersions")
	}, `spec.kubernetesVersions FieldValueForbidden "v1.34.2 is used by Cluster"`},
	{"a class without one of the workers of its cluster", func(e standing) *objects.Object {
		classes, _, _ := unstructured.NestedSlice(e.there["ClusterClass"].Object, "spec", "workers", "machineDeployments")
		return e.set("ClusterClass", classes[1:], "spec", "workers", "machineDeployments")
	}, `spec.workers.machineDeployments FieldValueForbidden "cannot be deleted because it is used by Cluster"`},
	{"a class of another infrastructure", func(e standing) *objects.Object {
		return e.set("ClusterClass", "DockerClusterTemplate", "spec", "infrastructure", "templateRef", "kind")
	}, `spec.infrastructure.templateRef.kind FieldValueForbidden "kind cannot be changed"`},
	{"a template of a control plane", func(e standing) *objects.Object {
		return e.set("KubeadmControlPlaneTemplate", "/pki", "spec", "template", "spec", "kubeadmConfigSpec", "clusterConfiguration", "certificatesDir")
	}, `spec.template.spec FieldValueInvalid "KubeadmControlPlaneTemplate spec.template.spec field is immutable"`},
}

// standing are the objects of a settled probe, by kind.
type standing struct{ there map[string]*objects.Object }

func (e standing) copy(kind string) *objects.Object { return e.there[kind].DeepCopy() }

func (e standing) set(kind string, value any, path ...string) *objects.Object {
	o := e.copy(kind)
	if err := unstructured.SetNestedField(o.Object, value, path...); err != nil {
		panic(err) // the paths run through maps
	}
	return o
}

// Changes to what is there are judged with what is there.
func TestOraclesWebhooksOfChanges(t *testing.T) {
	t.Parallel()
	o := e2etest.Oracle(t)
	for _, c := range amendments {
		e := settledProbe(t)
		object := c.make(e)
		question := oracle.Admission{Old: e.there[object.GetKind()], Object: object}
		for _, u := range e.there {
			question.There = append(question.There, u)
		}
		v, err := o.Admits(t.Context(), question)
		if err != nil {
			t.Fatal(err)
		}
		if got := wordsOf(v); !matches(got, c.want) {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// settledProbe gives the objects that the webhooks read, as they are once a
// probe of one control-plane machine is up.
func settledProbe(t *testing.T) standing {
	t.Helper()
	bundle, err := ours(t.Context(), newProbe(), "probes", "probe")
	if err != nil {
		t.Fatal(err)
	}
	e := standing{map[string]*objects.Object{}}
	for _, u := range unstructuredOf(bundle) {
		e.there[u.GetKind()] = u
	}
	e.there["KubeadmControlPlane"] = objects.Parse(`
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: KubeadmControlPlane
metadata: {name: probe-plane, namespace: probes}
spec: {version: v1.34.2, replicas: 1}
status: {replicas: 1, versions: [{version: v1.34.2, replicas: 1}], initialization: {controlPlaneInitialized: true}}
`)[0]
	e.there["Cluster"] = e.set("Cluster", map[string]any{"apiGroup": planeGroup, "kind": "KubeadmControlPlane", "name": "probe-plane"}, "spec", "controlPlaneRef")
	e.there["Cluster"] = e.set("Cluster", map[string]any{"apiGroup": "infrastructure." + coreGroup, "kind": "DevCluster", "name": "probe-base"}, "spec", "infrastructureRef")
	return e
}

// wordsOf is a verdict in one line.
func wordsOf(v oracle.Verdict) string {
	if v.Refused == nil {
		return "admitted"
	}
	var out []string
	for _, c := range v.Refused {
		out = append(out, fmt.Sprintf("%s %s %q", c.Field, c.Type, c.Detail))
	}
	return strings.Join(out, "; ")
}

// matches compares a verdict with one whose quoted detail is abridged.
func matches(got, want string) bool {
	head, detail, _ := strings.Cut(want, ` "`)
	return strings.HasPrefix(got, head) && strings.Contains(got, strings.TrimSuffix(detail, `"`)) && !strings.Contains(got, "; ")
}
