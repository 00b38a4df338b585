// A chat room of thousands of idle members, and a few goroutines a second that never finish.
package main

import (
	"fmt"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type member struct{ inbox chan string }

func (m *member) read() {
	for range m.inbox {
		time.Sleep(time.Millisecond)
	}
}

func crowd(members int) []*member {
	room := make([]*member, members)
	for i := range room {
		room[i] = &member{inbox: make(chan string)}
		go room[i].read()
	}
	return room
}

type thumbnail struct{ ready chan []byte }

func (t *thumbnail) scale() { t.ready <- make([]byte, 100) }

func preview() int {
	t := &thumbnail{ready: make(chan []byte)}
	go t.scale()
	select {
	case picture := <-t.ready:
		return len(picture)
	default:
		return 0 // not ready: the page shows a placeholder
	}
}

func main() {
	svc := serve.New("crowd-hidden")
	room := crowd(svc.Size(5200, 8000))
	svc.Go(func() {
		for n := 0; ; n++ {
			time.Sleep(10 * time.Millisecond)
			room[n%len(room)].inbox <- "hello"
		}
	})
	svc.HandleFunc("/preview", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, preview()) })
	svc.Traffic("/preview", svc.Rate(1.5, 4))
	svc.Run()
}
