package drift

import (
	"fmt"
	"testing"

	"github.com/dayzero-sdk/dayzero/render"
)

// BenchmarkCompare compares medium objects: Deployments with two containers,
// fully defaulted and with managedFields, and their Services. One in ten
// drifted.
func BenchmarkCompare(b *testing.B) {
	var want, live []render.Object
	for i := range 500 {
		replicas := 3
		if i%10 == 0 {
			replicas = 5
		}
		want = append(want, objects(b, "d.yaml", fmt.Appendf(nil, benchDesired, i))...)
		live = append(live, objects(b, "l.yaml", fmt.Appendf(nil, benchLive, i, replicas))...)
	}
	Compare(want[:2], Live{Objects: live[:2]}, Evidence{})
	b.ReportAllocs()
	for b.Loop() {
		Compare(want, Live{Objects: live}, Evidence{})
	}
	b.ReportMetric(float64(len(want)*b.N)/b.Elapsed().Seconds(), "objects/s")
}

const benchDesired = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web-%[1]d, namespace: shop, labels: {app: web, tier: front}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
      - name: app
        image: registry.example/web:1.4.2
        args: [--listen, ":8080"]
        ports: [{name: http, containerPort: 8080}]
        env: [{name: A, value: a}, {name: B, value: b}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
        resources: {requests: {cpu: 1000m, memory: 512Mi}, limits: {memory: 512Mi}}
        livenessProbe: {httpGet: {port: http, path: /live}}
        readinessProbe: {httpGet: {port: http, path: /ready}}
        volumeMounts: [{name: config, mountPath: /etc/web}]
      - {name: proxy, image: registry.example/proxy:2, ports: [{containerPort: 9090}]}
      volumes: [{name: config, configMap: {name: web}}]
---
apiVersion: v1
kind: Service
metadata: {name: web-%[1]d, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
`

const benchLive = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-%[1]d
  namespace: shop
  labels: {app: web, tier: front}
  uid: 5c0f1a52-0000-4000-8000-000000000000
  resourceVersion: "1000"
  annotations: {deployment.kubernetes.io/revision: "3"}
  managedFields:
  - {manager: dayzero, operation: Apply, apiVersion: apps/v1, time: "2026-03-01T08:00:00Z", fieldsV1: {"f:spec": {"f:selector": {}, "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"app\"}": {".": {}, "f:image": {}, "f:name": {}}}}}}}}
  - {manager: kubectl, operation: Update, subresource: scale, apiVersion: apps/v1, time: "2026-03-02T08:00:00Z", fieldsV1: {"f:spec": {"f:replicas": {}}}}
spec:
  replicas: %[2]d
  progressDeadlineSeconds: 600
  revisionHistoryLimit: 10
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%%, maxUnavailable: 25%%}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      serviceAccount: web
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
      containers:
      - name: app
        image: registry.example/web:1.4.2
        imagePullPolicy: IfNotPresent
        args: [--listen, ":8080"]
        ports: [{name: http, containerPort: 8080, protocol: TCP}]
        env: [{name: A, value: a}, {name: B, value: b}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName, apiVersion: v1}}}]
        resources: {requests: {cpu: "1", memory: 512Mi}, limits: {memory: 512Mi}}
        livenessProbe: {httpGet: {port: http, path: /live, scheme: HTTP}, periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3}
        readinessProbe: {httpGet: {port: http, path: /ready, scheme: HTTP}, periodSeconds: 10, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 3}
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
        volumeMounts: [{name: config, mountPath: /etc/web}]
      - {name: proxy, image: registry.example/proxy:2, imagePullPolicy: IfNotPresent, ports: [{containerPort: 9090, protocol: TCP}], resources: {}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}
      volumes: [{name: config, configMap: {name: web, defaultMode: 420}}]
status: {replicas: 3, readyReplicas: 3}
---
apiVersion: v1
kind: Service
metadata: {name: web-%[1]d, namespace: shop}
spec: {selector: {app: web}, type: ClusterIP, clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], internalTrafficPolicy: Cluster, ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, sessionAffinity: None, ports: [{name: http, port: 80, targetPort: http, protocol: TCP}]}
`
