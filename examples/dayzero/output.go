package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"

	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// keptWriter keeps the first error of writing, and writes nothing behind it, so
// that commands print without asking each time.
type keptWriter struct {
	io.Writer
	err error
}

// Write implements [io.Writer].
func (w *keptWriter) Write(text []byte) (n int, err error) {
	if w.err == nil {
		n, w.err = w.Writer.Write(text)
	}
	return n, w.err
}

// formatFlag chooses how results are printed.
type formatFlag struct {
	Format string `help:"Output: ${enum}." enum:"text,json" default:"text"`
}

func (f formatFlag) json() bool { return f.Format == "json" }

// apiVersion is what JSON results of a command carry.
func apiVersion(command string) string { return "dayzero.dev/" + command + "/v1alpha1" }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// diagnosticsResult is the JSON form of findings.
type diagnosticsResult struct {
	APIVersion  string            `json:"apiVersion"`
	Diagnostics diag.Diagnostics  `json:"diagnostics"`
	Summary     diagnosticsCounts `json:"summary"`
}

type diagnosticsCounts struct {
	Errors      int `json:"errors"`
	Warnings    int `json:"warnings"`
	Information int `json:"information"`
	Profiles    int `json:"profiles,omitempty"`
	Clusters    int `json:"clusters,omitempty"`
}

func countDiagnostics(ds diag.Diagnostics) diagnosticsCounts {
	return diagnosticsCounts{Errors: ds.Count(diag.Error), Warnings: ds.Count(diag.Warning), Information: ds.Count(diag.Information)}
}

// refuse prints findings that stop a command, and returns errFindings.
func refuse(s streams, f formatFlag, command string, ds diag.Diagnostics, fsys fs.FS) error {
	ds = ds.Sorted()
	if f.json() {
		if err := printJSON(s.out, diagnosticsResult{APIVersion: apiVersion(command), Diagnostics: ds, Summary: countDiagnostics(ds)}); err != nil {
			return err
		}
		return errFindings
	}
	fmt.Fprint(s.errors, ds.Text(fsys))
	fmt.Fprintf(s.errors, "\n%s; nothing was done\n", plural(ds.Count(diag.Error), "error"))
	return errFindings
}

func plural(n int, what string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
