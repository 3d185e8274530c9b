package rollout

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"
)

// Limit is a number of a strategy, resolved once when the plan was compiled.
// Percentages are rounded down, but a maxConcurrency is at least 1, or nothing
// would ever move; no limit is larger than its stage.
type Limit struct {
	// Count is the number that holds.
	Count int `json:"count"`
	// Of is the number of clusters it was resolved against.
	Of int `json:"of"`
	// Written is what the strategy says, empty where it says nothing.
	Written string `json:"written,omitempty"`
}

// String gives the count and, where it is not what was written, the reason:
// "3 (10% of 34)", "5 (written 8)", "1 (default)".
func (l Limit) String() string {
	count := strconv.Itoa(l.Count)
	switch {
	case l.Written == "":
		return count + " (default)"
	case strings.HasSuffix(l.Written, "%"):
		return fmt.Sprintf("%s (%s of %d)", count, l.Written, l.Of)
	case l.Written != count:
		return fmt.Sprintf("%s (written %s)", count, l.Written)
	}
	return count
}

// bound resolves v, whose default and smallest value is least, against of
// clusters. A percentage above 0 gives at least least.
func bound(v *intstr.IntOrString, least, of int) (Limit, error) {
	limit := Limit{Count: min(least, of), Of: of}
	if v == nil {
		return limit, nil
	}
	limit.Written = v.String()
	count, err := resolve(*v, least, of)
	limit.Count = min(max(count, least), of)
	return limit, err
}

func resolve(v intstr.IntOrString, least, of int) (int, error) {
	if v.Type == intstr.Int {
		if v.IntValue() < least {
			return 0, fmt.Errorf("%d is too small: want at least %d", v.IntValue(), least)
		}
		return v.IntValue(), nil
	}
	percent, err := parsePercent(v.StrVal)
	if err != nil {
		return 0, err
	}
	if percent < least || percent > 100 {
		return 0, fmt.Errorf("%s is out of range: want %d%% to 100%%", v.StrVal, least)
	}
	return percent * of / 100, nil
}

func parsePercent(text string) (int, error) {
	digits, found := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseUint(digits, 10, 31)
	if !found || err != nil {
		return 0, fmt.Errorf("%q is neither a number nor a whole percentage such as \"10%%\"", text)
	}
	return int(percent), nil
}
