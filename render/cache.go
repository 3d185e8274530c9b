package render

import "sync"

// Cache keeps results by content, so that clusters share what is equal: parsed
// manifests, class sets. It forgets what was not used for a long time. It may be
// used by many goroutines; the zero Cache is ready. Caching never changes a
// result.
type Cache struct {
	mu     sync.Mutex
	recent map[any]any
	older  map[any]any
}

// cacheGeneration is how many results the cache takes before it forgets those
// that were not used since it took as many before.
const cacheGeneration = 4096

// Do returns the result for key, calling make when there is none. Two
// goroutines may both call make for one key; then one result stays. An error is
// not kept. A nil cache keeps nothing.
func (c *Cache) Do(key any, make func() (any, error)) (any, error) {
	if v, ok := c.look(key); ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return nil, err
	}
	return c.keep(key, v), nil
}

func (c *Cache) look(key any) (any, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.recent[key]; ok {
		return v, true
	}
	v, ok := c.older[key]
	if ok {
		c.put(key, v)
	}
	return v, ok
}

func (c *Cache) keep(key, v any) any {
	if c == nil {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.recent[key]; ok {
		return first
	}
	c.put(key, v)
	return v
}

func (c *Cache) put(key, v any) {
	if len(c.recent) >= cacheGeneration || c.recent == nil {
		c.older, c.recent = c.recent, map[any]any{}
	}
	c.recent[key] = v
}
