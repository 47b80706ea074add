package access

import (
	"sync"
	"time"
)

// cache remembers a bounded number of values.
type cache[K comparable, V any] struct {
	most    int
	mu      *sync.Mutex
	entries map[K]entry[V]
}

type entry[V any] struct {
	value V
	until time.Time // zero: until it is dropped
}

func newCache[K comparable, V any](most int) cache[K, V] {
	return cache[K, V]{most: most, mu: &sync.Mutex{}, entries: map[K]entry[V]{}}
}

func (c cache[K, V]) get(k K, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, known := c.entries[k]
	return e.value, known && (e.until.IsZero() || now.Before(e.until))
}

func (c cache[K, V]) put(k K, v V, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.most {
		clear(c.entries) // rare, and cheaper than keeping an order
	}
	c.entries[k] = entry[V]{v, until}
}

func (c cache[K, V]) drop(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, k)
}
