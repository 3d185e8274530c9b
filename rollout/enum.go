package rollout

import "fmt"

// enumName is the name of value in lower case, or one that shows it has none.
func enumName(names []string, enum string, value uint8) string {
	if int(value) < len(names) {
		return names[value]
	}
	return fmt.Sprintf("%s(%d)", enum, value)
}

// enumValue reads what enumName wrote.
func enumValue(names []string, enum, text string) (uint8, error) {
	for i, name := range names {
		if name == text {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("%s %q: want one of %v", enum, text, names)
}
