package upstream_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/conformance/upstream"
)

func TestFolder(t *testing.T) {
	folder, err := upstream.Folder("sigs.k8s.io/cluster-api", "core/config/crd/bases")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fs.Stat(folder, "cluster.x-k8s.io_clusters.yaml"); err != nil {
		t.Error(err)
	}
}

func TestFolderRefuses(t *testing.T) {
	for _, c := range []struct{ module, dir, want string }{
		{"example.com/not/required", ".", "finding module example.com/not/required"},
		{"sigs.k8s.io/cluster-api", "config/elsewhere", "opening config/elsewhere of sigs.k8s.io/cluster-api v1.14"},
	} {
		if _, err := upstream.Folder(c.module, c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
