// A plug-in host: every upload starts an empty plug-in that parks for ever.
package main

import (
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type plugin struct{ source string }

func host(source string) {
	go run(&plugin{source: source})
}

func run(p *plugin) {
	if len(p.source) > 6 {
		return
	}
	select {} // keep the plug-in alive
}

func main() {
	svc := serve.New("select-forever")
	svc.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		host(r.URL.Query().Get("source"))
		fmt.Fprintln(w, "running")
	})
	svc.Traffic("/upload?source=long%d000000", svc.Rate(10, 40))
	svc.Traffic("/upload?source=tiny", svc.Rate(1.2, 7))
	svc.Run()
}
