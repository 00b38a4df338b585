// The statement page closes its rows; the audit page returns at the first large sum and forgets to. One audit in six
// seconds among many statements.
package main

import (
	"context"
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
	"example.com/programs/rows-unclosed/store"
)

var db = &store.DB{Name: "ledger"}

func statement(ctx context.Context) (total int, err error) {
	rows, err := db.Query(ctx, 40)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, cents int
		if err := rows.Scan(&id, &cents); err != nil {
			return 0, err
		}
		total += cents
	}
	return total, nil
}

func audit(ctx context.Context) (suspicious int, err error) {
	rows, err := db.Query(ctx, 40)
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		var id, cents int
		if err := rows.Scan(&id, &cents); err != nil {
			return 0, err
		}
		if cents > 100 {
			return id, nil
		}
	}
	rows.Close()
	return 0, nil
}

func main() {
	svc := serve.New("rows-unclosed")
	svc.HandleFunc("/statement", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, fmt.Sprint(statement(r.Context()))) })
	svc.HandleFunc("/audit", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, fmt.Sprint(audit(context.Background())))
	})
	svc.Traffic("/statement", svc.Rate(20, 80))
	svc.Traffic("/audit", svc.Rate(0.17, 0.4))
	svc.Run()
}
