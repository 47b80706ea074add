package apigateway

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeResponse(t *testing.T) {
	t.Parallel()
	json := http.Header{"Content-Type": {"application/json"}}
	plain := http.Header{"Content-Type": {"text/plain"}}
	tests := []struct {
		name, output string
		want         response
		refused      bool
	}{
		{name: "whole response", output: `{"statusCode":201,"headers":{"content-type":"application/json"},"body":"{}"}`,
			want: response{201, json, []byte("{}")}},
		{name: "default content type", output: `{"statusCode":404,"body":"no"}`,
			want: response{404, plain, []byte("no")}},
		{name: "base64", output: `{"statusCode":200,"body":"AP8=","isBase64Encoded":true}`,
			want: response{200, plain, []byte{0x00, 0xff}}},
		{name: "cookies and several values",
			output: `{"statusCode":204,"multiValueHeaders":{"Link":["a","b"]},"cookies":["x=1","y=2"],"headers":{"Content-Length":"99"}}`,
			want:   response{204, http.Header{"Content-Type": {"text/plain"}, "Link": {"a", "b"}, "Set-Cookie": {"x=1", "y=2"}}, []byte{}}},
		{name: "object without a status", output: `{"plain":true}`, want: response{200, json, []byte(`{"plain":true}`)}},
		{name: "string", output: `"text"`, want: response{200, json, []byte(`"text"`)}},
		{name: "not JSON", output: `{"cut":`, want: response{200, json, []byte(`{"cut":`)}},
		{name: "null", output: `null`, want: response{200, json, []byte(`null`)}},
		{name: "status of the wrong type", output: `{"statusCode":"ok"}`, refused: true},
		{name: "status out of range", output: `{"statusCode":42}`, refused: true},
		{name: "broken base64", output: `{"statusCode":200,"body":"*","isBase64Encoded":true}`, refused: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeResponse([]byte(test.output), "text/plain")
			if (err != nil) != test.refused {
				t.Fatalf("err = %v, want refused: %t", err, test.refused)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(response{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
