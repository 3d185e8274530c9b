package handbook_test

import (
	"fmt"
	"os"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/handbook"
)

func ExampleOf() {
	ws, _ := profile.Load(os.DirFS("../../examples/quickstart/workspace"), profile.Layout{})
	for _, page := range handbook.Of(ws).Pages() {
		fmt.Println(page.Name, "-", page.Title)
	}
	// Output:
	// README.md - Handbook
	// profiles/mem-base.md - mem-base@1.2.0
	// profiles/observability.md - observability@2.1.0
	// profiles/pod-security.md - pod-security@1.1.0
}
