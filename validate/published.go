package validate

import (
	"slices"

	"github.com/dayzero-sdk/dayzero/profile"
	"github.com/dayzero-sdk/dayzero/profile/diag"
)

// kept holds a workspace to what the one before it published and fixed.
func kept(ws, have *profile.Workspace) diag.Diagnostics {
	if have == nil {
		return nil
	}
	return slices.Concat(profile.PublishedChanges(have, ws), profile.FixedChanges(have, ws))
}
