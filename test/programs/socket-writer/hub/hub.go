// Package hub pushes messages to connected clients.
package hub

// Client has one goroutine per direction.
type Client struct {
	outgoing chan string
	wire     chan string
	gone     chan struct{}
}

// Connect starts both.
func Connect() *Client {
	c := &Client{outgoing: make(chan string), wire: make(chan string), gone: make(chan struct{})}
	go c.readPump()
	go c.writePump()
	return c
}

func (c *Client) readPump() {
	<-c.gone
}

// writePump notices that the client is gone only between two messages.
func (c *Client) writePump() {
	for message := range c.outgoing {
		c.wire <- message
	}
}

// Push hands a message to the writer.
func (c *Client) Push(message string) { c.outgoing <- message }

// Receive takes one message off the wire.
func (c *Client) Receive() string { return <-c.wire }

// Close ends the reader, and the writer when it is idle.
func (c *Client) Close() {
	close(c.gone)
	close(c.outgoing)
}
