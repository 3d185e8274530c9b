package drift_test

import (
	"fmt"

	"github.com/dayzero-sdk/dayzero/drift"
	"github.com/dayzero-sdk/dayzero/render"
)

const desired = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: web:1.4.2
        resources: {requests: {cpu: 1000m}}
`

const dumped = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  managedFields:
  - manager: kubectl-edit
    operation: Update
    time: "2026-03-02T10:00:00Z"
    fieldsV1: {"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"app\"}": {"f:image": {}}}}}}}
spec:
  replicas: 3
  revisionHistoryLimit: 10
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      dnsPolicy: ClusterFirst
      containers:
      - name: app
        image: web:1.4.3
        imagePullPolicy: IfNotPresent
        resources: {requests: {cpu: "1"}}
`

func objects(file, text string) []render.Object {
	out, diags := render.Objects(file, []byte(text))
	if err := diags.Err(); err != nil {
		panic(err)
	}
	return out
}

// A dump is compared with manifests, without any server.
func ExampleCompare() {
	live, _ := drift.NewLive(objects("live.yaml", dumped))
	report := drift.Compare(objects("web.yaml", desired), live, drift.Evidence{})
	fmt.Print(report.Text())
	// Output:
	// 0 in sync, 1 drifted, 0 unknown, 0 unmanaged (table kubernetes 1.36.3)
	// Drift Deployment.apps shop/web (confirmed)
	//   changed /spec/template/spec/containers[name=app]/image: web:1.4.2 -> web:1.4.3 (confirmed) high risk by kubectl-edit (Update), 2026-03-02T10:00:00Z or before
	//     declared manifest (web.yaml:13:16)
	// expected differences: equivalent 1
}

// A program looks at verdicts, details and fields.
func ExampleReport() {
	live, _ := drift.NewLive(objects("live.yaml", dumped))
	report := drift.Compare(objects("web.yaml", desired), live, drift.Evidence{})
	for _, object := range report.Objects {
		for _, field := range object.Fields {
			fmt.Printf("%s %s %s %q\n", field.Verdict, field.Detail, field.Path, field.Actor.Manager)
		}
	}
	fmt.Println("drifted:", report.Drifted())
	// Output:
	// Drift changed /spec/template/spec/containers[name=app]/image "kubectl-edit"
	// InSync equivalent /spec/template/spec/containers[name=app]/resources/requests/cpu ""
	// drifted: true
}

// A dump says what it does not cover: such objects are unknown, not missing.
func ExampleNewLive() {
	live, diags := drift.NewLive(objects("live.yaml", `
apiVersion: dayzero.dev/v1alpha1
kind: LiveCoverage
metadata: {name: coverage}
spec:
  complete: true
  notRead:
  - {kind: Secret, reason: forbidden}
`))
	want := objects("want.yaml", `
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf, namespace: shop}
`)
	fmt.Println(len(diags))
	for _, object := range drift.Compare(want, live, drift.Evidence{}).Objects {
		fmt.Println(object)
	}
	// Output:
	// 0
	// Drift Missing ConfigMap shop/conf (probable)
	// Unknown Uncovered Secret shop/token (unknown): forbidden
}

// What was applied before tells leftovers and pending changes from drift.
func ExampleEvidence() {
	conf := func(file, data string) []render.Object {
		return objects(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf, namespace: shop}\ndata: "+data+"\n")
	}
	live := drift.Live{Objects: conf("live.yaml", `{level: info, color: blue}`)}
	report := drift.Compare(conf("want.yaml", `{level: debug}`), live, drift.Evidence{
		Previous: conf("before.yaml", `{level: info, color: blue}`),
	})
	for _, field := range report.Objects[0].Fields {
		fmt.Println(field)
	}
	// Output:
	// residual /data/color: blue (probable)
	// expected /data/level: debug -> info (probable) [pending-apply]
}

// The JSON form is stable.
func ExampleReport_MarshalJSON() {
	same := objects("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n")
	data, err := drift.Compare(same, drift.Live{Objects: same}, drift.Evidence{}).MarshalJSON()
	fmt.Println(string(data), err)
	// Output:
	// {"apiVersion":"dayzero.dev/drift/v1alpha1","table":"kubernetes 1.36.3","objects":[{"group":"","version":"v1","kind":"ConfigMap","namespace":"shop","name":"a","verdict":"InSync","detail":"","confidence":"confirmed","declared":{"kind":"manifest","range":{"file":"a.yaml","start":{"line":1,"column":1},"end":{"line":1,"column":1}}},"fields":[]}],"summary":{"inSync":1,"drift":0,"unknown":0,"unmanaged":0}} <nil>
}
