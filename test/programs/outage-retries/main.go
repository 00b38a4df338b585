// Deliveries that fail in the three seconds of an outage wait 5 to 20 seconds and try again, each in a goroutine.
// Healthy: all of them end.
package main

import (
	"context"
	"fmt"
	"math/rand"
	"net/http"
	"time"

	"example.com/programs/internal/serve"
)

type carrier struct{ began time.Time }

func (c *carrier) out() bool { return int(time.Since(c.began).Seconds())%15 < 3 }

func (c *carrier) deliver(ctx context.Context) {
	for try := 0; c.out(); try++ {
		pause := time.Duration(5000+rand.Intn(15000)) * time.Millisecond
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

func main() {
	svc := serve.New("outage-retries")
	c := &carrier{began: time.Now()}
	svc.HandleFunc("/parcel", func(w http.ResponseWriter, _ *http.Request) {
		go c.deliver(context.Background())
		fmt.Fprintln(w, "on its way")
	})
	svc.Traffic("/parcel", svc.Rate(8, 30))
	svc.Run()
}
