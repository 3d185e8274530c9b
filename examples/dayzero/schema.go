package main

import (
	"fmt"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/validate"
)

type schemaCommand struct {
	formatFlag
	Workspace string `help:"Directory of a workspace whose profiles, variables, hubs and layers the schema knows." type:"path" placeholder:"DIR"`
}

// Run prints the schema, which is JSON in any format: of documents of any
// workspace, or of one. Findings do not stop it: its editor is where they are mended.
func (c schemaCommand) Run(s streams) error {
	var ws *profile.Workspace
	if c.Workspace != "" {
		o, err := workspaceFlags{Workspace: c.Workspace}.open()
		if err != nil {
			return err
		}
		fmt.Fprint(s.errors, o.errorsOnly().Text(o.fsys))
		ws = o.Workspace
	}
	if _, err := s.out.Write(validate.JSONSchema(ws)); err != nil {
		return fmt.Errorf("writing the schema: %w", err)
	}
	return nil
}
