// Prices orders slowly, with three goroutines and some memory for each that is under way: much under load, nothing after.
package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/orders/ground"
)

func main() {
	http.HandleFunc("/order", func(w http.ResponseWriter, r *http.Request) {
		scratch := make([]byte, 256<<10)
		var parts sync.WaitGroup
		for part := 0; part < 3; part++ {
			parts.Add(1)
			go func(from []byte) {
				defer parts.Done()
				time.Sleep(400 * time.Millisecond)
				from[0] = 1
			}(scratch[part*1024:])
		}
		parts.Wait()
		fmt.Fprintln(w, "priced", scratch[0])
	})
	ground.Serve()
}
