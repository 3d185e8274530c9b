package binaries

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Module is a folder with a Go module that pins servers.
type Module struct {
	Name      string     // short name, first part of the directory's name
	Dir       string     // where its go.mod is
	Pin       string     // the required module whose version names the result
	Sources   []string   // top folders of Dir with sources of the programs; nil is all of Dir
	Edits     []Edit     // made to the sources of required modules while building
	Programs  []Program  // built in this order
	Documents []Document // made after the programs
}

// Program is a main package to build.
type Program struct {
	Name    string // file name of the result
	Package string // import path, or ./path inside the module
	LDFlags string // %[1]s, %[2]s and %[3]s are the pinned version, its major and its minor
}

// Document is a file taken from a module that Module requires.
type Document struct {
	Name    string // file name of the result
	Module  string // path of the module
	Path    string // file, or folder with a kustomization, in that module
	Collect func(path string) ([]byte, error)
}

// Kubernetes makes etcd and kube-apiserver. Root is the folder that Root gives.
func Kubernetes(root string) Module {
	const version = "k8s.io/component-base/version."
	return Module{
		Name: "kubernetes", Dir: filepath.Join(root, "kubernetes"), Pin: "k8s.io/kubernetes",
		Programs: []Program{
			{Name: "etcd", Package: "go.etcd.io/etcd/server/v3"},
			// Cluster API refuses a server that does not say its version.
			{Name: "kube-apiserver", Package: "k8s.io/kubernetes/cmd/kube-apiserver",
				LDFlags: "-X " + version + "gitVersion=%[1]s -X " + version + "gitMajor=%[2]s -X " + version + "gitMinor=%[3]s"},
		},
	}
}

// ClusterAPI makes Cluster API's managers, and for each NAME of them NAME.yaml
// with its CustomResourceDefinitions and webhook configurations as upstream
// deploys them. Root is the folder that Root gives.
func ClusterAPI(root string) Module {
	const capi, test = "sigs.k8s.io/cluster-api", "sigs.k8s.io/cluster-api/test"
	return Module{
		Name: "clusterapi", Dir: filepath.Join(root, "clusterapi"), Pin: capi, Sources: []string{"inmemory"},
		Edits: []Edit{{
			// The first attempt to reach a new cluster comes before its API
			// server; a constant makes everybody wait half a minute for the next.
			Module: capi, Path: "controllers/clustercache/cluster_cache.go",
			Old: "ConnectionCreationRetryInterval: 30 * time.Second",
			New: "ConnectionCreationRetryInterval: 1 * time.Second",
		}},
		Programs: []Program{
			{Name: "core", Package: capi + "/core"},
			{Name: "bootstrap", Package: capi + "/bootstrap/kubeadm"},
			{Name: "controlplane", Package: capi + "/controlplane/kubeadm"},
			{Name: "inmemory", Package: "./inmemory"},
		},
		Documents: []Document{
			{Name: "core.yaml", Module: capi, Path: "core/config/default", Collect: kustomize},
			{Name: "bootstrap.yaml", Module: capi, Path: "bootstrap/kubeadm/config/default", Collect: kustomize},
			{Name: "controlplane.yaml", Module: capi, Path: "controlplane/kubeadm/config/default", Collect: kustomize},
			{Name: "inmemory.yaml", Module: test, Path: "infrastructure/docker/config/default", Collect: kustomize},
			{Name: "clusterclass-in-memory.yaml", Module: test,
				Path: "infrastructure/docker/templates/clusterclass-in-memory.yaml", Collect: os.ReadFile},
		},
	}
}

// Oracle makes the program that answers with Cluster API's own functions, from
// the module of ClusterAPI. It is apart from the managers so that neither is
// built for the sake of the other.
func Oracle(root string) Module {
	return Module{
		Name: "oracle", Dir: filepath.Join(root, "clusterapi"), Pin: "sigs.k8s.io/cluster-api", Sources: []string{"oracle"},
		Programs: []Program{{Name: "oracle", Package: "./oracle"}},
	}
}

// Root finds the folder that holds the module folders: the nearest internal/e2e
// at or above the working directory.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		root := filepath.Join(dir, "internal", "e2e")
		if _, err := os.Stat(filepath.Join(root, "kubernetes", "go.mod")); err == nil {
			return root, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("finding internal/e2e above %s: run this inside a checkout of dayzero", start)
		}
	}
}

// file is m's go.mod.
func (m Module) file() (*modfile.File, error) {
	path := filepath.Join(m.Dir, "go.mod")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, data, nil)
}

// version is the version of m.Pin that m's go.mod requires.
func (m Module) version() (string, error) {
	file, err := m.file()
	if err != nil {
		return "", err
	}
	for _, require := range file.Require {
		if require.Mod.Path == m.Pin {
			return require.Mod.Version, nil
		}
	}
	return "", fmt.Errorf("reading %s: it does not require %s", file.Syntax.Name, m.Pin)
}

// key names the directory of everything made from m.
func (m Module) key() (string, error) {
	version, err := m.version()
	if err != nil {
		return "", err
	}
	digest, err := m.digest()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%s-%s", m.Name, version, digest[:12]), nil
}

// digest covers the module's own files and what is made from it.
func (m Module) digest() (string, error) {
	hash := sha256.New()
	for _, e := range m.Edits {
		fmt.Fprintf(hash, "edit %s %s %q %q\n", e.Module, e.Path, e.Old, e.New)
	}
	for _, p := range m.Programs {
		fmt.Fprintf(hash, "program %s %s %s\n", p.Name, p.Package, p.LDFlags)
	}
	for _, d := range m.Documents {
		fmt.Fprintf(hash, "document %s %s %s\n", d.Name, d.Module, d.Path)
	}
	err := filepath.WalkDir(m.Dir, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err == nil && entry.IsDir() && m.foreign(path) {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() || !(name == "go.mod" || name == "go.sum" || strings.HasSuffix(name, ".go")) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(m.Dir, path)
		fmt.Fprintf(hash, "file %s %d\n%s\n", filepath.ToSlash(relative), len(data), data)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}

// foreign reports that a folder has no sources of m's programs.
func (m Module) foreign(path string) bool {
	return m.Sources != nil && filepath.Dir(path) == filepath.Clean(m.Dir) && !slices.Contains(m.Sources, filepath.Base(path))
}
