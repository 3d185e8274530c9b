package proof_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
	"github.com/dayzero-sdk/dayzero/render"
	"github.com/dayzero-sdk/dayzero/validate"
)

// admissionFile is the table of what admission and we say of class sets and
// Clusters, a line for each:
//
//	change or mistake | Cluster API | dayzero | verdict
const admissionFile = "testdata/admission.txt"

const admissionHead = `# change or mistake | what CRDs and admission of Cluster API say | what dayzero says when loading, validating and rendering | verdict
# recorded by: DAYZERO_E2E=full go test ./internal/e2e/proof -run TestOraclesAdmission -update
`

// fewestPairs is how many class sets with their Clusters admission must judge.
const fewestPairs = 60

// What Cluster API's own CRDs and admission webhooks say of class sets and
// Clusters, good and bad, stands in a table beside what the library says;
// disagreements are there by name.
func TestOraclesAdmission(t *testing.T) {
	t.Parallel()
	e2etest.Full(t)
	s := hub(t)
	namespace := s.Namespace(t)
	var b strings.Builder
	b.WriteString(admissionHead)
	judged := 0
	for i, c := range slices.Concat(changes, mistakes) {
		bundle, err := ours(t.Context(), c.make(newProbe()), namespace, fmt.Sprintf("case-%d", i))
		we, they, verdict := "accepted", "not asked", "agree"
		if err != nil {
			we, verdict = "refused: "+codes(err), "not compared"
		} else {
			they = s.theirs(t, bundle)
			judged++
			if they != "accepted" {
				verdict = "DISAGREE"
			}
		}
		fmt.Fprintf(&b, "%s | %s | %s | %s\n", c.name, they, we, verdict)
	}
	if judged < fewestPairs {
		t.Errorf("admission judged %d pairs, want at least %d", judged, fewestPairs)
	}
	t.Logf("admission judged %d pairs", judged)
	if *update {
		if err := os.WriteFile(admissionFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(admissionFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s: -want +got:\n%s", admissionFile, diff)
	}
}

// ours loads, validates and renders a probe.
func ours(ctx context.Context, p probe, namespace, name string) (render.Bundle, error) {
	ws, diags := profile.Load(p.files(namespace, name), profile.Layout{})
	diags = validate.Workspace(ws, validate.Options{Loaded: diags})
	if diags.HasErrors() {
		return render.Bundle{}, &render.InputError{Diagnostics: diags}
	}
	stack, diags := ws.Resolve(slices.Collect(ws.Clusters())[0])
	if diags.HasErrors() {
		return render.Bundle{}, &render.InputError{Diagnostics: diags}
	}
	return renderer().Bundle(ctx, stack)
}

// codes names the errors among the findings.
func codes(err error) string {
	var input *render.InputError
	if !errors.As(err, &input) {
		return err.Error()
	}
	var out []string
	for _, d := range input.Diagnostics {
		if d.Severity == diag.Error {
			out = append(out, d.Code)
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

// theirs applies a class set and passes the Cluster through admission, until
// something is refused.
func (s server) theirs(t *testing.T, b render.Bundle) string {
	t.Helper()
	for _, o := range shared(b) {
		if _, err := s.apply(t.Context(), o); err != nil {
			return refusal(t, o, err)
		}
	}
	s.variablesReady(t, shared(b))
	for _, v := range s.dryRun(t.Context(), own(b)) {
		if v.err != nil {
			return refusal(t, own(b)[0], v.err)
		}
		if v.warnings != nil {
			return "warned of: " + strings.Join(v.warnings, "; ")
		}
	}
	return "accepted"
}

// refusal names the kind that was refused, and the fields where the server names
// any. What is no answer to the object's content ends the test.
func refusal(t *testing.T, o render.Object, err error) string {
	t.Helper()
	var status apierrors.APIStatus
	switch {
	case strings.Contains(err.Error(), "failed to create typed patch object"):
		return "refused: " + o.Key().Kind + ": not of its schema"
	case !errors.As(err, &status) || !apierrors.IsInvalid(err) && !apierrors.IsForbidden(err) && !apierrors.IsBadRequest(err):
		t.Fatal(err)
	}
	var fields []string
	if details := status.Status().Details; details != nil {
		for _, cause := range details.Causes {
			if cause.Field != "" && cause.Field != "<nil>" {
				fields = append(fields, cause.Field)
			}
		}
	}
	slices.Sort(fields)
	return strings.TrimSuffix("refused: "+o.Key().Kind+": "+strings.Join(slices.Compact(fields), ", "), ": ")
}
