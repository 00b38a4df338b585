// Package ledger keeps what it is given in every form that a Go program has for it.
package ledger

import "container/list"

// Entry is what the leak keeps.
type Entry struct {
	Key  string
	Body []byte
}

// Book never forgets: the leak.
type Book struct {
	pages map[string]*Entry
}

// New opens an empty book.
func New() *Book { return &Book{pages: map[string]*Entry{}} }

// Write adds an entry and keeps it.
func (b *Book) Write(key string, size int) {
	b.pages[key] = &Entry{Key: key, Body: make([]byte, size)}
}

// Cache keeps its last entries, as container/list does it.
type Cache[K comparable, V any] struct {
	recent *list.List
	byKey  map[K]*list.Element
	room   int
}

// NewCache has room for so many.
func NewCache[K comparable, V any](room int) *Cache[K, V] {
	return &Cache[K, V]{recent: list.New(), byKey: map[K]*list.Element{}, room: room}
}

// Put forgets the oldest where there is no room.
func (c *Cache[K, V]) Put(key K, value V) {
	c.byKey[key] = c.recent.PushFront(value)
	if c.recent.Len() > c.room {
		c.recent.Remove(c.recent.Back())
	}
}
