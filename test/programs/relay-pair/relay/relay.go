// Package relay joins two ends of a call.
package relay

// Call is one call between two ends.
type Call struct {
	toCallee chan []byte
	toCaller chan []byte
	hungUp   chan struct{}
}

// Dial starts both directions.
func Dial() *Call {
	c := &Call{toCallee: make(chan []byte), toCaller: make(chan []byte), hungUp: make(chan struct{})}
	go c.speak()
	go c.hear()
	return c
}

func (c *Call) speak() {
	for {
		select {
		case frame := <-c.toCallee:
			c.toCaller <- frame
		case <-c.hungUp:
			return
		}
	}
}

func (c *Call) hear() {
	for range c.toCaller {
	}
}

// Say sends one frame.
func (c *Call) Say(frame []byte) { c.toCallee <- frame }

// HangUp ends both directions.
func (c *Call) HangUp() {
	close(c.hungUp)
	close(c.toCaller)
}
