package proof_test

import (
	"flag"
	"os"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
)

var update = flag.Bool("update", false, "record again what is compared with")

func TestMain(m *testing.M) {
	flag.Parse()
	if run := flag.Lookup("test.run"); os.Getenv(e2etest.Variable) == "" && run.Value.String() == "" && !testing.Verbose() {
		// go test hides what packages print that pass, but for this: that no
		// tests were run.
		_ = run.Value.Set("^$")
	}
	os.Exit(e2etest.Main(m))
}
