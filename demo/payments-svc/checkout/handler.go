// Package checkout is the HTTP face of payments: it reads a payment, looks up the product, writes the
// ledger entry and leaves an audit line.
package checkout

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/payments/audit"
	"example.com/payments/catalog"
	"example.com/payments/ledger"
)

// confirmWithin is how long a buyer waits for the ledger.
const confirmWithin = 80 * time.Millisecond

// maxBody bounds a payment's body: the receipt image some tills attach.
const maxBody = 40 << 10

// Handler takes payments.
type Handler struct {
	writer   *ledger.Writer
	pool     *audit.Pool
	cache    *catalog.Cache
	requests atomic.Int64
	timeouts atomic.Int64
	inFlight atomic.Int64
}

// NewHandler wires a checkout.
func NewHandler(writer *ledger.Writer, pool *audit.Pool, cache *catalog.Cache) *Handler {
	return &Handler{writer: writer, pool: pool, cache: cache}
}

// ServeHTTP takes one payment: POST /checkout?account=…&product=….
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.requests.Add(1)
	h.inFlight.Add(1)
	defer h.inFlight.Add(-1)

	body, err := readBody(r)
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	h.cache.Product(r.URL.Query().Get("product"))
	account := r.URL.Query().Get("account")
	if err := h.charge(r.Context(), account, body); err != nil {
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
		return
	}
	h.pool.Record(account)
	w.WriteHeader(http.StatusCreated)
}

func (h *Handler) charge(parent context.Context, account string, body []byte) error {
	ctx, cancel := context.WithTimeout(parent, confirmWithin)
	defer cancel()
	_, err := h.writer.Post(ctx, ledger.Entry{Account: account, Body: body})
	if err != nil {
		h.timeouts.Add(1)
	}
	return err
}

func readBody(r *http.Request) ([]byte, error) {
	body := make([]byte, maxBody)
	n, err := io.ReadFull(http.MaxBytesReader(nil, r.Body, maxBody), body)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return body[:n], nil
}

// Requests counts payments since start.
func (h *Handler) Requests() int64 { return h.requests.Load() }

// Timeouts counts payments the ledger did not confirm in time.
func (h *Handler) Timeouts() int64 { return h.timeouts.Load() }

// InFlight is the number of payments being taken now.
func (h *Handler) InFlight() int64 { return h.inFlight.Load() }
