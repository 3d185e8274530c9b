package upgrade

import "math/bits"

// set is a set of small numbers. The zero set is empty. Sets that compare or
// combine were made for the same size.
type set []uint64

func newSet(size int) set { return make(set, (size+63)/64) }

// fullSet holds from, from+1 up to size-1.
func fullSet(from, size int) set {
	s := newSet(size)
	for i := max(from, 0); i < size; i++ {
		s.add(i)
	}
	return s
}

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s set) has(i int) bool { return i/64 < len(s) && s[i/64]&(1<<(i%64)) != 0 }

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

func (s set) clone() set { return append(set(nil), s...) }

func (s set) equal(o set) bool {
	for i, w := range s {
		if w != o[i] {
			return false
		}
	}
	return true
}

// unite adds o to s.
func (s set) unite(o set) {
	for i, w := range o {
		s[i] |= w
	}
}

// and is the intersection.
func (s set) and(o set) set {
	out := s.clone()
	for i, w := range o {
		out[i] &= w
	}
	return out
}

// meets reports whether s and o have a member in common.
func (s set) meets(o set) bool {
	for i, w := range s {
		if w&o[i] != 0 {
			return true
		}
	}
	return false
}

// within reports whether every member of s is in a or b.
func (s set) within(a, b set) bool {
	for i, w := range s {
		if w&^(a[i]|b[i]) != 0 {
			return false
		}
	}
	return true
}

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// min is the smallest member, -1 for none.
func (s set) min() int {
	for i, w := range s {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// max is the largest member, -1 for none.
func (s set) max() int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != 0 {
			return i*64 + 63 - bits.LeadingZeros64(s[i])
		}
	}
	return -1
}

// all yields the members, ascending.
func (s set) all(yield func(int) bool) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if !yield(i*64 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}
