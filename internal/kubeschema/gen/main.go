// Command gen writes the schema table of one Kubernetes release: the fields of
// every kind it serves and keeps, which lists are keyed, sets or atomic, which
// strings are quantities, durations or times, and what the server fills in.
//
//	cd internal/kubeschema/gen && GOWORK=off go run . > ../kubernetes.txt
//
// List semantics and scopes come from the OpenAPI document that the
// k8s.io/kubernetes module carries, field shapes from its Go types, defaults from
// running its own defaulting over probe objects (see probe.go).
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	version, err := kubernetesVersion()
	if err != nil {
		return err
	}
	spec, err := readOpenAPI()
	if err != nil {
		return err
	}
	enums, err := readEnums()
	if err != nil {
		return err
	}
	kinds := spec.kinds(scheme())
	types := collect(kinds, spec)
	rules, err := learn(kinds, enums)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	write(out, version, kinds, types, rules)
	if err := out.Flush(); err != nil {
		return err
	}
	return writePairs("testdata/manifests.yaml", "../testdata/defaulted.json")
}

func kubernetesVersion() (string, error) {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "k8s.io/kubernetes" {
			return strings.TrimPrefix(m.Version, "v"), nil
		}
	}
	return "", fmt.Errorf("k8s.io/kubernetes is not linked")
}

func moduleDirectory(path string) (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		return "", fmt.Errorf("locating module %s: %w", path, err)
	}
	return strings.TrimSpace(string(out)), nil
}
