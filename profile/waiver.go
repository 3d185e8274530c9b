package profile

// Waiver suspends a policy of the organisation where it stands: in the document
// that breaks the policy, or in the cluster whose stack does. It counts only
// with the approval of the policy's owner, so that adding or changing one is a
// change of what that owner answers for.
type Waiver struct {
	// Policy is the code of the policy: "policy.three-machines".
	Policy string `json:"policy"`
	// Path is the data that the policy may refuse, with all below it. Default:
	// everything.
	Path string `json:"path,omitempty"`
	// Reason and Owner say why and who.
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	// Expires is the last day, YYYY-MM-DD, on which the waiver counts.
	Expires string `json:"expires"`
}
