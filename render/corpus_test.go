package render_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/dayzero-sdk/dayzero/internal/corpus"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
)

var update = flag.Bool("update", false, "write the want sections of the corpora")

// TestCorpus runs the cases beside both engines. A case is a txtar file: what it
// shows and why, the files of a workspace over those of testdata/ground.txtar,
// and what is wanted:
//
//	want/diagnostics            all findings; without the section there are none
//	want/<cluster>/objects      the objects in the order of application, with their phases
//	want/<cluster>/Kind         the objects of that kind
//	want/<cluster>/Kind/name    the objects of that kind and name
//
// The name of a class set is a hash; it is written SET. A line "skip: reason" in
// the comment skips the case.
func TestCorpus(t *testing.T) {
	for _, dir := range []string{"capi", "manifests"} {
		t.Run(dir, func(t *testing.T) {
			o := corpus.Options{Base: "testdata/ground.txtar", Update: *update}
			corpus.Run(t, dir+"/testdata/*.txtar", o, func(_ testing.TB, c corpus.Case) corpus.Answer {
				out := outcomeOf(c.Files)
				return func(section string) (string, bool) { return out.section(section), true }
			})
		})
	}
}

// groundWith is the ground with the files of a case over it.
func groundWith(tb testing.TB, files []txtar.File) fstest.MapFS {
	tb.Helper()
	ground, err := txtar.ParseFile("testdata/ground.txtar")
	if err != nil {
		tb.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, f := range slices.Concat(ground.Files, files) {
		if !strings.HasPrefix(f.Name, "want/") {
			out[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return out
}

// outcome is what rendering a workspace gives.
type outcome struct {
	findings string
	bundles  map[string]render.Bundle // by the cluster's name
}

// outcomeOf loads a workspace and renders all its clusters.
func outcomeOf(files fs.FS) outcome {
	ws, diags := profile.Load(files, profile.Layout{})
	out := outcome{bundles: map[string]render.Bundle{}}
	renderer := newRenderer()
	for key := range ws.Clusters() {
		stack, found := ws.Resolve(key)
		diags = append(diags, found...)
		if stack == nil {
			continue
		}
		bundle, err := renderer.Bundle(context.Background(), stack)
		var input *render.InputError
		switch {
		case errors.As(err, &input):
			diags = append(diags, input.Diagnostics...)
		case err != nil:
			diags = append(diags, diag.Errorf("test", diag.Range{}, "%v", err))
		default:
			out.bundles[key.Name] = bundle
		}
	}
	out.findings = diags.Sorted().Text(files)
	return out
}

func (o outcome) section(name string) string {
	if name == "diagnostics" {
		return o.findings
	}
	cluster, what, _ := strings.Cut(name, "/")
	bundle, ok := o.bundles[cluster]
	if !ok {
		return "the cluster is not rendered\n"
	}
	text := objectsText(bundle, what)
	for _, set := range bundle.Shared() {
		text = strings.ReplaceAll(text, set.Name, "SET")
	}
	return text
}

func objectsText(bundle render.Bundle, what string) string {
	var out bytes.Buffer
	for item := range bundle.All() {
		name := item.Key().Name
		for _, set := range bundle.Shared() {
			name = strings.Replace(name, set.Name, "SET", 1)
		}
		switch what {
		case "objects":
			fmt.Fprintf(&out, "%s: %s\n", item.Phase, item.Key())
		case item.Key().Kind, item.Key().Kind + "/" + name:
			if out.Len() > 0 {
				out.WriteString("---\n")
			}
			out.Write(item.YAML())
		}
	}
	if out.Len() == 0 {
		return "there is no such object\n"
	}
	return out.String()
}
