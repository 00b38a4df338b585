// Package traffic is the service's own customers: a steady stream of checkouts over kept-alive
// connections, a set share of them against accounts on the cold shard.
package traffic

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Mix says how much traffic there is, and how much of it is slow.
type Mix struct{ PerSecond, SlowPerSecond float64 }

const (
	buyers    = 24 // each with a kept-alive connection of its own
	bodyBytes = 40 << 10
)

// Generate sends payments for ever.
func Generate(base string, mix Mix) {
	if mix.PerSecond <= 0 {
		return
	}
	orders := make(chan order, buyers)
	for arrived := 0; arrived < buyers; arrived++ {
		go buyer(base, orders)
	}
	take(orders, mix)
}

// take hands out orders on schedule; one that finds every buyer busy is dropped.
func take(orders chan<- order, mix Mix) {
	slow := 0.0
	for number := 0; ; number++ {
		account := fmt.Sprintf("acc-%d", number*10+number%9)
		if slow += mix.SlowPerSecond / mix.PerSecond; slow >= 1 {
			slow--
			account = fmt.Sprintf("acc-%d", number*10+9)
		}
		select {
		case orders <- order{account: account, product: fmt.Sprintf("product-%d", number%400)}:
		default:
		}
		time.Sleep(time.Duration(float64(time.Second) / mix.PerSecond))
	}
}

type order struct{ account, product string }

var refused atomic.Int64

func buyer(base string, orders <-chan order) {
	transport := &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: 5 * time.Minute}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	body := bytes.Repeat([]byte("receipt "), bodyBytes/8)
	for wanted := range orders {
		query := url.Values{"account": {wanted.account}, "product": {wanted.product}}
		response, err := client.Post(base+"/checkout?"+query.Encode(), "application/octet-stream", bytes.NewReader(body))
		if err != nil {
			refused.Add(1)
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}
