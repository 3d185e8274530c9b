package proof_test

import (
	"flag"
	"os"
	"testing"

	"github.com/dayzero-sdk/dayzero/internal/e2e/e2etest"
)

var update = flag.Bool("update", false, "record again what is compared with")

func TestMain(m *testing.M) { os.Exit(e2etest.Main(m)) }
