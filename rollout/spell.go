package rollout

import (
	"fmt"
	"strings"
	"time"
)

// spell writes a duration without its trailing zero units: 24h, 1h30m.
func spell(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func shortDigest(digest string) string {
	const length = len("sha256:") + 12
	return digest[:min(len(digest), length)]
}

// count spells a number of things: "1 cluster", "2 clusters".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
