// Package queue is a queue of anything.
package queue

// Queue hands items to one consumer.
type Queue[T any] struct {
	items chan T
	sum   func(T)
}

// Consume starts the consumer.
func Consume[T any](each func(T)) *Queue[T] {
	q := &Queue[T]{items: make(chan T, 8), sum: each}
	go q.run()
	return q
}

func (q *Queue[T]) run() {
	for item := range q.items {
		q.sum(item)
	}
}

// Put adds an item.
func (q *Queue[T]) Put(item T) { q.items <- item }

// Close ends the consumer.
func (q *Queue[T]) Close() { close(q.items) }
