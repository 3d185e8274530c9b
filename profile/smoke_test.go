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
		s, d := ws.Resolve(key)
		if len(d) > 0 {
			fmt.Println(d.Text(fsys))
		}
		if key.Name == "store-0005" && s != nil {
			for _, l := range s.Layers() {
				fmt.Println(l.Profile, l.Name, l.Owner, l.Component)
				for _, p := range l.Paths() {
					v, o, _ := l.Find(p)
					fmt.Println("   ", p, v, o)
				}
			}
			fmt.Println(s.Digest())
		}
	}
	fmt.Println(ws.Len(), time.Since(start))
}
