package rollout

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/dayzero-sdk/dayzero/profile"
)

// Member is one cluster of the fleet as the planner sees it: what it is called,
// how it is labelled, and which steps lead it from the stack it runs to the one
// it is meant to run. A Member without hops has nothing to do and stands in no
// plan, unless it is held.
type Member struct {
	Key profile.Key `json:"key"`
	// Labels are what selectors of the strategy look at. A plan does not keep
	// them: it says what was decided.
	Labels map[string]string `json:"-"`
	// Held, when not empty, says why the cluster must not move. A held member
	// stands in [Plan.Held] and in no stage, and counts in no percentage.
	Held string `json:"held,omitempty"`
	// Hops are taken one after the other, in this order.
	Hops []Hop `json:"hops,omitempty"`
}

// Hop is one step of one cluster from one stack to the next.
type Hop struct {
	// From and To name what is declared before and after, usually by the digest
	// of the stack. They differ, and From is the To of the hop before it. Empty
	// means that the cluster does not exist: before its creation, after its
	// removal.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Summary tells people what changes: "kubernetes 1.34.1 -> 1.35.0".
	Summary string `json:"summary,omitempty"`
	// Impact is the worst thing the hop does to the cluster.
	Impact profile.Impact `json:"impact"`
}

// Impact is the worst impact of the member's hops.
func (m Member) Impact() profile.Impact {
	worst := profile.NoImpact
	for _, h := range m.Hops {
		worst = max(worst, h.Impact)
	}
	return worst
}

// checkKey refuses identities whose text form would not read back as the same.
func checkKey(k profile.Key) error {
	text := k.String()
	if !utf8.ValidString(text) {
		return fmt.Errorf("cluster key %q: is not UTF-8", text)
	}
	parsed, err := profile.ParseKey(text)
	if err != nil {
		return err
	}
	if parsed != k {
		return fmt.Errorf("cluster key %q: its parts hold no slash", text)
	}
	return nil
}

func checkHops(hops []Hop) error {
	for i, h := range hops {
		if err := h.check(); err != nil {
			return fmt.Errorf("hop %d: %w", i+1, err)
		}
		if i > 0 && hops[i-1].To != h.From {
			return fmt.Errorf("hop %d starts at %q, but hop %d ends at %q", i+1, h.From, i, hops[i-1].To)
		}
	}
	return nil
}

func (h Hop) check() error {
	if h.From == h.To {
		return fmt.Errorf("starts and ends at %q", h.To)
	}
	if !utf8.ValidString(h.From) || !utf8.ValidString(h.To) {
		return errors.New("from and to are UTF-8")
	}
	if h.Impact > profile.Irreversible {
		return fmt.Errorf("%v is no impact", h.Impact)
	}
	return nil
}
