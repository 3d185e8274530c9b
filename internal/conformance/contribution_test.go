package conformance_test

// What layers can say in the capi slots, drawn field by field.

// contribution is what the base's Kubernetes layer says.
func (d draw) contribution(classes []string) tree {
	out := d.some(
		d.group("cluster", d.metadata("metadata"), nested("spec", d.clusterSpec)),
		d.group("nodes",
			nested("nodeRegistration", d.nodes),
			d.group("config", d.bootstrap()...),
		),
		d.group("controlPlane",
			d.group("template", d.metadata("metadata"), d.group("spec", d.controlPlane()...)),
			d.group("machine", d.metadata("metadata")),
			d.group("class", d.controlPlaneClass()...),
		),
		d.group("workers",
			d.group("bootstrap", d.group("spec", nested("ntp", d.ntp))),
			d.group("class", d.workerHealth(), d.value("minReadySeconds", 0, 60)),
		),
	)
	if len(classes) == 0 {
		return out
	}
	if out == nil {
		out = tree{}
	}
	defined := tree{}
	for _, name := range classes {
		class := d.workerClass()
		if class == nil {
			class = tree{}
		}
		defined[name] = class
	}
	out["classes"] = defined
	return out
}

// addOn is what another team's layer adds.
func (d draw) addOn() tree {
	const path = "/etc/kubernetes/admission/config.yaml"
	return d.some(
		d.group("controlPlane", part{"template", func() any {
			return tree{"spec": tree{"kubeadmConfigSpec": tree{
				"clusterConfiguration": tree{"apiServer": tree{
					"extraArgs":    []any{tree{"name": "admission-control-config-file", "value": path}},
					"extraVolumes": []any{tree{"name": "admission", "hostPath": path, "mountPath": path, "readOnly": true}},
				}},
				"files":              []any{tree{"path": path, "permissions": "0600", "content": "kind: AdmissionConfiguration\n"}},
				"preKubeadmCommands": []any{"echo from the add-on"},
			}}}
		}}),
		d.group("nodes", d.group("config", d.list("users", tree{"name": "auditor", "lockPassword": true}))),
	)
}

// overlay is what a cluster says for itself; no layer says it.
func (d draw) overlay() tree {
	return d.some(
		d.group("controlPlane", d.group("template", d.group("spec", d.group("kubeadmConfigSpec", nested("ntp", d.ntp))))),
		d.group("cluster", d.group("spec", d.value("paused", true, false))),
	)
}

func (d draw) clusterSpec() tree {
	return d.some(
		d.group("clusterNetwork",
			d.group("pods", d.value("cidrBlocks", []any{"${vars.podCIDR}"}, []any{"10.2.0.0/16", "fd00:2::/56"})),
			d.group("services", d.value("cidrBlocks", []any{"10.96.0.0/12"})),
			d.value("serviceDomain", "cluster.local"),
			d.value("apiServerPort", 6443, 443),
		),
		d.value("availabilityGates", []any{tree{"conditionType": "example.com/Reachable", "polarity": "Negative"}}),
	)
}

func (d draw) nodes() tree {
	return d.some(append(d.registration(),
		d.list("kubeletExtraArgs",
			tree{"name": "max-pods", "value": "${string(vars.maxPods)}"},
			tree{"name": "node-labels", "value": "example.com/zone=${vars.zone}"},
			tree{"name": "feature-gates", "value": ""},
		))...)
}

func (d draw) registration() []part {
	return []part{
		d.value("criSocket", "unix:///var/run/containerd/containerd.sock"),
		d.value("taints", []any{}, []any{tree{"key": "example.com/new", "effect": "NoSchedule"}},
			[]any{tree{"key": "a", "value": "b", "effect": "NoExecute"}, tree{"key": "a", "effect": "PreferNoSchedule"}}),
		d.list("ignorePreflightErrors", "NumCPU", "Mem"),
		d.value("imagePullPolicy", "Always", "IfNotPresent", "Never"),
		d.value("imagePullSerial", true, false),
	}
}

func (d draw) bootstrap() []part {
	return []part{
		d.list("files", d.files()...),
		d.list("users",
			tree{"name": "ops", "groups": "wheel", "sudo": "ALL=(ALL) NOPASSWD:ALL", "sshAuthorizedKeys": []any{"ssh-ed25519 AAAA ops"}, "inactive": false},
			tree{"name": "backup", "shell": "/bin/false", "lockPassword": true},
			tree{"name": "log", "passwdFrom": tree{"secret": tree{"name": "passwords", "key": "log"}}}),
		d.list("bootCommands", "modprobe br_netfilter"),
		d.list("preKubeadmCommands", "echo \"$${HOME}\" ", "swapoff -a", "swapoff -a"),
		d.list("postKubeadmCommands", "true", "echo \"yes\" > /run/done"),
		d.list("mounts", []any{"/dev/sdb1", "/var/lib/etcd"}, []any{"LABEL=data", "/data", "ext4", "defaults"}),
		d.group("diskSetup",
			d.list("filesystems", tree{"device": "/dev/sdb", "filesystem": "ext4", "label": "etcd", "partition": "none", "overwrite": false, "extraOpts": []any{"-E", "lazy_itable_init=1"}}),
			d.list("partitions", tree{"device": "/dev/sdb", "layout": true, "tableType": "gpt"},
				tree{"device": "/dev/sdc", "diskLayout": []any{tree{"percentage": 60, "partitionType": "Linux"}, tree{"percentage": 40}}})),
		d.value("format", "cloud-config"),
		d.value("verbosity", 0, 5),
	}
}

func (d draw) files() []any {
	return []any{
		tree{"path": "/etc/plain", "content": "a\n  b: on\n\n", "permissions": "0644", "owner": "root:root"},
		tree{"path": "/etc/number", "content": "0755", "append": true},
		tree{"path": "/etc/encoded", "content": "aGVsbG8=", "encoding": "base64"},
		tree{"path": "/etc/secret", "contentFrom": tree{"secret": tree{"name": "files", "key": "k"}}, "permissions": "0600"},
		tree{"path": "/etc/zone", "content": "zone=${vars.zone} \u00e9\u2028\t$${literal}"},
	}
}

func (d draw) ntp() tree {
	return d.some(d.list("servers", "0.pool.ntp.org", "1.pool.ntp.org"), d.value("enabled", true, false))
}

func (d draw) controlPlane() []part {
	timeouts := d.group("timeouts", d.seconds("kubeletHealthCheckSeconds"), d.seconds("tlsBootstrapSeconds"))
	return []part{
		d.group("kubeadmConfigSpec",
			nested("clusterConfiguration", d.clusterConfiguration),
			d.group("initConfiguration", timeouts, d.list("skipPhases", "addon/kube-proxy"), d.group("nodeRegistration", d.registration()...)),
			d.group("joinConfiguration", timeouts),
			d.list("files", tree{"path": "/etc/kubernetes/audit.yaml", "content": "kind: Policy\n"}, tree{"path": "/etc/plain", "content": "of the control plane"}),
			d.list("postKubeadmCommands", "echo control plane"),
		),
		d.group("rollout", d.group("before", d.value("certificatesExpiryDays", 7, 90)),
			d.value("after", "2027-03-09T09:00:00Z"),
			d.value("strategy", tree{"type": "RollingUpdate"}, tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": 0}}, tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": 1}})),
		d.group("remediation", d.value("maxRetry", 0, 5), d.seconds("retryPeriodSeconds"), d.seconds("minHealthyPeriodSeconds")),
		d.group("machineNaming", d.value("template", "{{ .kubeadmControlPlane.name }}-{{ .random }}")),
		d.group("machineTemplate", d.metadata("metadata"), d.group("spec", d.deletion(), d.taints())),
	}
}

func (d draw) clusterConfiguration() tree {
	args := func() part {
		return d.list("extraArgs", tree{"name": "v", "value": "2"}, tree{"name": "profiling", "value": "false"}, tree{"name": "empty", "value": ""})
	}
	envs := d.list("extraEnvs", tree{"name": "HTTP_PROXY", "value": "http://proxy:3128"}, tree{"name": "NODE", "valueFrom": tree{"fieldRef": tree{"fieldPath": "spec.nodeName"}}})
	volumes := d.list("extraVolumes", tree{"name": "logs", "hostPath": "/var/log", "mountPath": "/logs", "pathType": "DirectoryOrCreate"}, tree{"name": "tmp", "hostPath": "/tmp", "mountPath": "/tmp", "readOnly": false})
	return d.some(
		d.group("apiServer", args(), envs, volumes, d.list("certSANs", "api.example.com", "10.0.0.1")),
		d.group("controllerManager", args(), envs, volumes),
		d.group("scheduler", args(), volumes),
		d.value("etcd", tree{"local": tree{"dataDir": "/var/lib/etcd", "extraArgs": []any{tree{"name": "quota-backend-bytes", "value": "8589934592"}}}},
			tree{"external": tree{"endpoints": []any{"https://etcd:2379"}, "caFile": "/ca", "certFile": "/crt", "keyFile": "/key"}}),
		d.group("dns", d.value("imageRepository", "registry.example.com/coredns")),
		d.value("imageRepository", "registry.example.com/k8s"),
		d.value("certificatesDir", "/etc/kubernetes/pki"),
		d.value("featureGates", tree{"ControlPlaneKubeletLocalMode": true, "NodeLocalCRISocket": false}),
		d.value("certificateValidityPeriodDays", 1, 365),
		d.value("caCertificateValidityPeriodDays", 3650),
		d.value("encryptionAlgorithm", "RSA-2048", "ECDSA-P256"),
	)
}

func (d draw) deletion() part {
	return d.group("deletion", d.seconds("nodeDrainTimeoutSeconds"), d.seconds("nodeVolumeDetachTimeoutSeconds"), d.seconds("nodeDeletionTimeoutSeconds"))
}

func (d draw) taints() part {
	return d.list("taints",
		tree{"key": "example.com/edge", "value": "true", "effect": "NoSchedule", "propagation": "Always"},
		tree{"key": "example.com/edge", "effect": "NoExecute", "propagation": "OnInitialization"},
		tree{"key": "plain", "effect": "PreferNoSchedule", "propagation": "Always"})
}

func (d draw) readiness() part {
	return d.list("readinessGates", tree{"conditionType": "example.com/Warm"}, tree{"conditionType": "StorageReady", "polarity": "Positive"})
}

func (d draw) checks() part {
	return d.group("checks", d.seconds("nodeStartupTimeoutSeconds"),
		d.list("unhealthyNodeConditions", tree{"type": "Ready", "status": "Unknown", "timeoutSeconds": 300}, tree{"type": "Ready", "status": "False", "timeoutSeconds": 0}),
		d.list("unhealthyMachineConditions", tree{"type": "NodeReady", "status": "False", "timeoutSeconds": 60}))
}

func (d draw) triggerIf() part {
	return d.value("triggerIf", tree{"unhealthyLessThanOrEqualTo": "40%"}, tree{"unhealthyLessThanOrEqualTo": 2}, tree{"unhealthyInRange": "[1-3]"})
}

func (d draw) controlPlaneClass() []part {
	return []part{
		d.metadata("metadata"), d.deletion(), d.taints(), d.readiness(),
		d.group("healthCheck", d.checks(), d.group("remediation", d.triggerIf())),
		d.value("naming", tree{"template": "{{ .cluster.name }}-cp-{{ .random }}"}),
	}
}

func (d draw) workerHealth() part {
	return d.group("healthCheck", d.checks(), d.group("remediation", d.triggerIf(), d.value("maxInFlight", 1, "20%")))
}

func (d draw) workerClass() tree {
	rolling := func(surge, unavailable any) tree {
		return tree{"strategy": tree{"type": "RollingUpdate", "rollingUpdate": tree{"maxSurge": surge, "maxUnavailable": unavailable}}}
	}
	return d.some(
		d.group("class", d.metadata("metadata"), d.taints(), d.readiness(), d.workerHealth(),
			d.value("deletion", tree{"order": "Newest"}, tree{"nodeDrainTimeoutSeconds": 0}),
			d.value("minReadySeconds", 0, 10),
			d.value("failureDomain", "zone-a"),
			d.value("naming", tree{"template": "{{ .cluster.name }}-{{ .machineDeployment.topologyName }}-{{ .random }}"}),
			d.value("rollout", rolling(1, 0), rolling("25%", "10%"), tree{"strategy": tree{"type": "OnDelete"}}),
		),
		d.group("bootstrap", d.metadata("metadata"), d.group("spec", append(d.bootstrap(),
			d.group("joinConfiguration", d.group("nodeRegistration", d.registration()...)))...)),
		d.group("machine", d.metadata("metadata"),
			part{"spec", func() any { return tree{"backend": tree{"inMemory": d.simulated()}} }}),
	)
}
