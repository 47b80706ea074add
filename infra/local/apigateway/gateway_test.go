package apigateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/infra/local/apigateway"
	"billhook/infra/local/lambda"
	"billhook/infra/local/sam"
)

// probe is the path of the compiled test function of package lambda.
var probe string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "probe")
	if err != nil {
		panic(err)
	}
	probe = filepath.Join(dir, "bootstrap")
	output, err := exec.Command("go", "build", "-o", probe, "../lambda/testdata/probe").CombinedOutput()
	if err != nil {
		panic(fmt.Sprintf("build the probe: %v\n%s", err, output))
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

var options = apigateway.Options{
	Logger:    slog.New(slog.DiscardHandler),
	Now:       func() time.Time { return time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC) },
	AccountID: "123456789012",
}

func function(t *testing.T) *lambda.Function {
	t.Helper()
	f := lambda.New(lambda.Config{Name: "Probe", Bootstrap: probe, Timeout: 10 * time.Second,
		Region: "us-east-1", AccountID: "123456789012", AccessKey: "local"})
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// serve serves an HTTP API whose routes all belong to one probe.
func serve(t *testing.T, api sam.HTTPAPI, options apigateway.Options, routes ...sam.Route) *httptest.Server {
	t.Helper()
	f := function(t)
	var integrations []apigateway.Integration
	for _, route := range routes {
		integrations = append(integrations, apigateway.Integration{Route: route, Function: f})
	}
	handler, err := apigateway.NewAPI(api, integrations, options)
	if err != nil {
		t.Fatal(err)
	}
	return listen(t, handler)
}

func serveURL(t *testing.T, cors *sam.CORS) *httptest.Server {
	t.Helper()
	return listen(t, apigateway.NewFunctionURL(function(t), cors, options))
}

func listen(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

type answer struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, method, url, body string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(data)}
}

func decode(t *testing.T, got answer) events.APIGatewayV2HTTPRequest {
	t.Helper()
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(got.body), &event); err != nil {
		t.Fatalf("status %d, body %q: %v", got.status, got.body, err)
	}
	return event
}

func TestEvent(t *testing.T) {
	t.Parallel()
	api := serve(t, sam.HTTPAPI{}, options, sam.Route{Method: "POST", Path: "/{word}"})
	host := strings.TrimPrefix(api.URL, "http://")
	got := decode(t, send(t, "POST", api.URL+"/event?a=1&a=2&b=x%20y", `{"n":1}`, http.Header{
		"Content-Type":     {"application/json"},
		"Cookie":           {"one=1; two=2"},
		"Stripe-Signature": {"t=1,v1=aa,v1=bb"},
		"X-Many":           {"first", "second"},
		"User-Agent":       {"probe/1"},
	}))
	want := events.APIGatewayV2HTTPRequest{
		Version:        "2.0",
		RouteKey:       "POST /{word}",
		RawPath:        "/event",
		RawQueryString: "a=1&a=2&b=x%20y",
		Cookies:        []string{"one=1", "two=2"},
		Headers: map[string]string{
			"accept-encoding": "gzip", "content-length": "7", "content-type": "application/json",
			"host": host, "stripe-signature": "t=1,v1=aa,v1=bb", "user-agent": "probe/1",
			"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http",
			"x-forwarded-port": host[strings.Index(host, ":")+1:], "x-many": "first,second",
		},
		QueryStringParameters: map[string]string{"a": "1,2", "b": "x y"},
		PathParameters:        map[string]string{"word": "event"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "POST /{word}", AccountID: "123456789012", Stage: "$default", APIID: "local",
			DomainName: host, DomainPrefix: "127",
			Time: "01/Mar/2026:12:30:00 +0000", TimeEpoch: 1772368200000,
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST", Path: "/event",
				Protocol: "HTTP/1.1", SourceIP: "127.0.0.1", UserAgent: "probe/1"},
		},
		Body: `{"n":1}`,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(events.APIGatewayV2HTTPRequestContext{}, "RequestID")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBodyEncoding(t *testing.T) {
	t.Parallel()
	api := serve(t, sam.HTTPAPI{}, options, sam.Route{Path: "$default"})
	url := serveURL(t, nil)
	tests := []struct {
		name, contentType, body string
		wantBody                string
		wantBase64              bool
	}{
		{"JSON", "application/json; charset=utf-8", `{"ü":1}`, `{"ü":1}`, false},
		{"problem", "application/problem+json", `{}`, `{}`, false},
		{"text", "text/csv", "a,b", "a,b", false},
		{"none given", "", "words", "words", false},
		{"form", "application/x-www-form-urlencoded", "a=1", "YT0x", true},
		{"binary", "application/octet-stream", "\x00\xff", "AP8=", true},
		{"text that is not UTF-8", "text/plain", "\xff", "/w==", true},
		{"binary type, no body", "image/png", "", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			if test.contentType != "" {
				header.Set("Content-Type", test.contentType)
			}
			for kind, server := range map[string]string{"API": api.URL, "function URL": url.URL} {
				got := decode(t, send(t, "POST", server+"/event", test.body, header))
				if got.Body != test.wantBody || got.IsBase64Encoded != test.wantBase64 {
					t.Errorf("%s: body %q, base64 %t; want %q, %t", kind, got.Body, got.IsBase64Encoded, test.wantBody, test.wantBase64)
				}
			}
		})
	}
}

func TestTheAPIDecodesThePathAndAFunctionURLDoesNot(t *testing.T) {
	t.Parallel()
	api := serve(t, sam.HTTPAPI{}, options, sam.Route{Method: "ANY", Path: "/echo/{proxy+}"})
	url := serveURL(t, nil)
	var fromAPI, fromURL struct{ Path string }
	for server, got := range map[*httptest.Server]any{api: &fromAPI, url: &fromURL} {
		answer := send(t, "GET", server.URL+"/echo/caf%C3%A9%2525", "", nil)
		if err := json.Unmarshal([]byte(answer.body), got); err != nil {
			t.Fatalf("%q: %v", answer.body, err)
		}
	}
	// The function decodes once more: what the API has decoded already, comes out twice decoded.
	if fromAPI.Path != "/echo/café%" || fromURL.Path != "/echo/café%25" {
		t.Errorf("the function saw %q by the API and %q by its URL", fromAPI.Path, fromURL.Path)
	}
}

func TestHTTPThroughTheFunction(t *testing.T) {
	t.Parallel()
	api := serve(t, sam.HTTPAPI{}, options, sam.Route{Path: "$default"})
	tests := []struct {
		name, path  string
		status      int
		contentType string
		body        string
		cookies     []string
	}{
		{"binary answer", "/binary", 200, "image/png", "\x89PNG\xff\x00", nil},
		{"cookies", "/cookies", 204, "", "", []string{"a=1; Path=/", "b=2; HttpOnly"}},
		{"inferred", "/inferred", 200, "application/json", `{"plain":true}`, nil},
		{"inferred text", "/text", 200, "application/json", `"just text"`, nil},
		{"error", "/error", 500, "application/json", `{"message":"Internal Server Error"}`, nil},
		{"panic", "/panic", 500, "application/json", `{"message":"Internal Server Error"}`, nil},
		{"exit", "/exit", 500, "application/json", `{"message":"Internal Server Error"}`, nil},
		{"the function's own 404", "/nowhere", 404, "text/plain; charset=utf-8", "404 page not found\n", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, "GET", api.URL+test.path, "", nil)
			if got.status != test.status || got.body != test.body {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, test.status, test.body)
			}
			if contentType := got.header.Get("Content-Type"); test.contentType != "" && contentType != test.contentType {
				t.Errorf("content type %q, want %q", contentType, test.contentType)
			}
			if diff := cmp.Diff(test.cookies, got.header.Values("Set-Cookie"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("cookies (-want +got):\n%s", diff)
			}
			if id := got.header.Get("Apigw-Requestid"); len(id) != 16 {
				t.Errorf("apigw-requestid %q", id)
			}
		})
	}
}

func TestGatewayAnswers(t *testing.T) {
	t.Parallel()
	hasty := options
	hasty.Timeout = 100 * time.Millisecond
	routes := []sam.Route{{Method: "POST", Path: "/echo/{id}"}, {Method: "GET", Path: "/sleep/{ms}"}}
	api := serve(t, sam.HTTPAPI{}, options, routes...)
	url := serveURL(t, nil)
	tests := []struct {
		name, method, url, body string
		status                  int
		message                 string
	}{
		{"unknown path", "GET", api.URL + "/nowhere", "", 404, "Not Found"},
		{"unknown method", "GET", api.URL + "/echo/1", "", 404, "Not Found"},
		{"body over the API's limit", "POST", api.URL + "/echo/1", strings.Repeat("x", 10<<20+1), 413, "Request Entity Too Large"},
		{"event over the function's limit", "POST", api.URL + "/echo/1", strings.Repeat("x", 6<<20), 413, "Request Entity Too Large"},
		{"slow function", "GET", serve(t, sam.HTTPAPI{}, hasty, routes...).URL + "/sleep/2000", "", 503, "Service Unavailable"},
		{"body over the URL's limit", "POST", url.URL + "/echo/1", strings.Repeat("x", 6<<20+1), 413, "Request Entity Too Large"},
		{"error behind a URL", "GET", url.URL + "/error", "", 502, "Internal Server Error"},
		{"crash behind a URL", "GET", url.URL + "/exit", "", 502, "Internal Server Error"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, test.method, test.url, test.body, http.Header{"Content-Type": {"text/plain"}})
			want := fmt.Sprintf(`{"message":%q}`, test.message)
			if got.status != test.status || got.body != want {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, test.status, want)
			}
		})
	}
}

func TestFunctionURLEvent(t *testing.T) {
	t.Parallel()
	url := serveURL(t, nil)
	got := decode(t, send(t, "PUT", url.URL+"/event", "x", nil))
	if got.RouteKey != "$default" || got.RequestContext.RouteKey != "$default" || got.RequestContext.Stage != "$default" {
		t.Errorf("route %q, context %+v", got.RouteKey, got.RequestContext)
	}
	if got.PathParameters != nil || got.RequestContext.AccountID != "anonymous" || got.RequestContext.HTTP.Method != http.MethodPut {
		t.Errorf("parameters %v, context %+v", got.PathParameters, got.RequestContext)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	cors := &sam.CORS{
		AllowOrigins:  []string{"https://app.example.com"},
		AllowMethods:  []string{"GET", "POST"},
		AllowHeaders:  []string{"authorization", "content-type"},
		ExposeHeaders: []string{"Retry-After"},
		MaxAge:        600,
	}
	preflight := http.Header{"Access-Control-Request-Method": {"POST"}}
	servers := map[string]string{
		"API":          serve(t, sam.HTTPAPI{CORS: cors}, options, sam.Route{Method: "GET", Path: "/echo/{id}"}).URL,
		"function URL": serveURL(t, cors).URL,
	}
	tests := []struct {
		name, method, origin string
		header               http.Header
		status               int
		want                 http.Header
	}{
		{"preflight", "OPTIONS", "https://app.example.com", preflight, 204, http.Header{
			"Access-Control-Allow-Origin":   {"https://app.example.com"},
			"Access-Control-Allow-Methods":  {"GET,POST"},
			"Access-Control-Allow-Headers":  {"authorization,content-type"},
			"Access-Control-Expose-Headers": {"Retry-After"},
			"Access-Control-Max-Age":        {"600"},
		}},
		{"preflight of a stranger", "OPTIONS", "https://evil.example", preflight, 204, http.Header{}},
		{"request", "GET", "https://app.example.com", nil, 200, http.Header{
			"Access-Control-Allow-Origin":   {"https://app.example.com"},
			"Access-Control-Expose-Headers": {"Retry-After"},
		}},
		{"request of a stranger", "GET", "https://evil.example", nil, 200, http.Header{}},
	}
	for kind, server := range servers {
		for _, test := range tests {
			t.Run(kind+" "+test.name, func(t *testing.T) {
				t.Parallel()
				header := test.header.Clone()
				if header == nil {
					header = http.Header{}
				}
				header.Set("Origin", test.origin)
				got := send(t, test.method, server+"/echo/1", "", header)
				if got.status != test.status {
					t.Errorf("status %d, want %d", got.status, test.status)
				}
				for name := range got.header {
					if !strings.HasPrefix(name, "Access-Control-") {
						delete(got.header, name)
					}
				}
				if diff := cmp.Diff(test.want, got.header); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}
