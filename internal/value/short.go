package value

// Short is a text for a message: what is longer than most characters ends there,
// with dots.
func Short(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i] + "..."
		}
		n++
	}
	return text
}
