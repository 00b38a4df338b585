// Encodes and decodes large documents per request: a great deal of garbage over a small, constant heap.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/programs/internal/serve"
)

type document struct {
	Title string              `json:"title"`
	Parts []map[string]string `json:"parts"`
}

func newDocument(parts int) []byte {
	d := document{Title: "manual"}
	for i := 0; i < parts; i++ {
		d.Parts = append(d.Parts, map[string]string{"id": fmt.Sprint(i), "text": "a paragraph of some length", "lang": "en"})
	}
	text, _ := json.Marshal(d)
	return text
}

func transform(text []byte) int {
	total := 0
	for i := 0; i < 4; i++ {
		var d document
		if json.Unmarshal(text, &d) != nil {
			return 0
		}
		scratch := make([]byte, 2<<20)
		total += copy(scratch, text) + len(d.Parts)
	}
	return total
}

func main() {
	svc := serve.New("churn-json")
	text := newDocument(120)
	svc.HandleFunc("/transform", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, transform(text)) })
	svc.Traffic("/transform", svc.Rate(30, 60))
	svc.Run()
}
