package proof_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dayzero-sdk/dayzero/render"
)

// observedFile is the table of changes: a line for each kind,
//
//	change | what became of each pool's Machines | what was predicted | verdict
const observedFile = "testdata/observed.txt"

const tableHead = `# change | what became of each pool's Machines on real Cluster API | pools that render.Diff says roll (its worst impact) | verdict
# The second column is recorded by DAYZERO_E2E=full go test ./internal/e2e/proof -run TestUpgradedObserved -update,
# the others are computed; without a server: go test ./internal/e2e/proof -run TestUpgradedPredicted -update
`

// readTable gives the observed column by change.
func readTable(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(observedFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	observed := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(strings.TrimSpace(line), " | "); !strings.HasPrefix(line, "#") && len(cells) == 4 {
			observed[cells[0]] = cells[1]
		}
	}
	return observed
}

func writeTable(t *testing.T, observed map[string]string) {
	t.Helper()
	if err := os.WriteFile(observedFile, []byte(table(t, observed)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// table is the text of the table, in the order of changes.
func table(t *testing.T, observed map[string]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(tableHead)
	for _, c := range changes {
		if fates, ok := observed[c.name]; ok {
			have, want := c.pair(t, client.ObjectKey{Namespace: "probes", Name: "probe"})
			fmt.Fprintf(&b, "%s | %s | %s\n", c.name, fates, judged(fates, have, want))
		}
	}
	return b.String()
}

// judged holds what was predicted against what was observed.
func judged(fates string, have, want render.Bundle) string {
	predicted := predictedPools(have, want)
	var wrong []string
	for pool := range strings.SplitSeq(fates, ", ") {
		pool, fate, _ := strings.Cut(pool, ": ")
		if strings.Contains(fate, "replaced") != slices.Contains(predicted, pool) {
			wrong = append(wrong, pool)
		}
	}
	forecast, verdict := "none", "agree"
	if predicted != nil {
		forecast = strings.Join(predicted, ", ")
	}
	if wrong != nil {
		verdict = "DISAGREE about " + strings.Join(wrong, ", ")
	}
	return fmt.Sprintf("rolls: %s (%s) | %s", forecast, render.Diff(have, want).Impact(), verdict)
}
