package binaries

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/dayzero-sdk/dayzero/internal/e2e/process"
)

func (p Program) name() string { return p.Name }

func (p Program) make(ctx context.Context, j job, path string) error {
	version, err := j.module.version()
	if err != nil {
		return err
	}
	done := j.progress(fmt.Sprintf("building %s %s (once; the first time takes minutes)", p.Name, version))
	defer done()
	log := path + ".log"
	defer os.Remove(log)
	args := append([]string{"build", "-mod=readonly", "-buildvcs=false"}, j.flags...)
	return process.Run(ctx, process.Command{
		Name: "go build " + p.Package, Path: j.goCommand(), Dir: j.module.Dir, Log: log, Env: environment,
		Args: append(args, "-ldflags", p.linkerFlags(version), "-o", path, p.Package),
	})
}

// environment keeps the versions of go.work out of these modules.
var environment = []string{"GOWORK=off"}

func (p Program) linkerFlags(version string) string {
	flags := "-s -w"
	if p.LDFlags == "" {
		return flags
	}
	numbers := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	return flags + " " + fmt.Sprintf(p.LDFlags, version, numbers[0], numbers[1])
}
