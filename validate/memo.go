package validate

import (
	"crypto/sha256"
	"sync"
)

// verdicts are what CUE said of forms of documents. The schemas are embedded, so
// it is the same for all workspaces of a process.
var verdicts = memo{limit: 4096}

// memo remembers verdicts by the digests of what was judged. When it is full it
// starts anew, so that a long-lived process does not grow.
type memo struct {
	limit int

	mu    sync.Mutex
	known map[[sha256.Size]byte][]refusal
}

func (m *memo) of(key [sha256.Size]byte, judge func() []refusal) []refusal {
	m.mu.Lock()
	found, ok := m.known[key]
	m.mu.Unlock()
	if ok {
		return found
	}
	found = judge()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= m.limit {
		m.known = make(map[[sha256.Size]byte][]refusal)
	}
	m.known[key] = found
	return found
}
