package drift

import "testing"

func TestEveryDetailHasOneVerdict(t *testing.T) {
	seen := map[string]bool{}
	for d := None; int(d) < len(details); d++ {
		if v := d.Verdict(); v < InSync || v > Unknown {
			t.Errorf("%v has verdict %v", d, v)
		}
		if seen[d.String()] {
			t.Errorf("the name %q stands twice", d)
		}
		seen[d.String()] = true
	}
	if got := Detail(200).String() + Verdict(0).String() + Confidence(9).String(); got != "detail(200)verdict(0)confidence(9)" {
		t.Errorf("invalid values print as %s", got)
	}
}
