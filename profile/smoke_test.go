package profile_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/dayzero-sdk/dayzero/profile"
)

func TestSmoke(t *testing.T) {
	fsys := os.DirFS("../examples/quickstart/workspace")
	start := time.Now()
	ws, diags := profile.Load(fsys, profile.Layout{})
	fmt.Println(time.Since(start), diags.Text(fsys))
	start = time.Now()
	for key := range ws.Clusters() {
		_, d := ws.Resolve(key)
		if len(d) > 0 {
			fmt.Println(d.Text(fsys))
		}
	}
	fmt.Println(ws.Len(), time.Since(start))
}
