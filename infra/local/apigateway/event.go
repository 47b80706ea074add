package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
)

// event is what makes up an event besides the request itself.
type event struct {
	routeKey   string
	path       string
	parameters map[string]string
	apiID      string
	accountID  string
	requestID  string
	time       time.Time
	body       []byte
}

// timeFormat is the Common Log Format's, which requestContext.time has.
const timeFormat = "02/Jan/2006:15:04:05 -0700"

// marshal builds the event of payload format 2.0 for a request.
func (e event) marshal(r *http.Request) ([]byte, error) {
	sourceIP, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return nil, fmt.Errorf("remote address %q: %w", r.RemoteAddr, err)
	}
	prefix, _, _ := strings.Cut(r.Host, ".")
	body, encoded := encodeBody(e.body, r.Header.Get("Content-Type"))
	return json.Marshal(events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              e.routeKey,
		RawPath:               e.path,
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies(r),
		Headers:               headers(r, sourceIP, len(e.body)),
		QueryStringParameters: queryParameters(r.URL.Query()),
		PathParameters:        e.parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey:     e.routeKey,
			AccountID:    e.accountID,
			Stage:        "$default",
			RequestID:    e.requestID,
			APIID:        e.apiID,
			DomainName:   r.Host,
			DomainPrefix: prefix,
			Time:         e.time.UTC().Format(timeFormat),
			TimeEpoch:    e.time.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method:    r.Method,
				Path:      e.path,
				Protocol:  r.Proto,
				SourceIP:  sourceIP,
				UserAgent: r.UserAgent(),
			},
		},
		Body:            body,
		IsBase64Encoded: encoded,
	})
}

// headers are lower-cased, with several values joined by commas. Cookies have a
// field of their own.
func headers(r *http.Request, sourceIP string, bodySize int) map[string]string {
	all := map[string]string{}
	for name, values := range r.Header {
		all[strings.ToLower(name)] = strings.Join(values, ",")
	}
	delete(all, "cookie")
	all["host"] = r.Host
	all["content-length"] = strconv.Itoa(bodySize)
	if bodySize > 0 && all["content-type"] == "" {
		all["content-type"] = "text/plain; charset=utf-8"
	}
	if earlier := all["x-forwarded-for"]; earlier != "" {
		sourceIP = earlier + ", " + sourceIP
	}
	all["x-forwarded-for"] = sourceIP
	all["x-forwarded-proto"] = "http"
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		all["x-forwarded-port"] = port
	}
	return all
}

// cookies splits the Cookie headers into name=value pairs.
func cookies(r *http.Request) []string {
	var pairs []string
	for _, line := range r.Header.Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			if pair = strings.TrimSpace(pair); pair != "" {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs
}

func queryParameters(query url.Values) map[string]string {
	if len(query) == 0 {
		return nil
	}
	parameters := make(map[string]string, len(query))
	for name, values := range query {
		parameters[name] = strings.Join(values, ",")
	}
	return parameters
}

// encodeBody hands text over as it is and everything else in base64. Forms
// count as binary, as they do on AWS.
func encodeBody(body []byte, contentType string) (text string, isBase64 bool) {
	if isText(contentType) && utf8.Valid(body) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), len(body) > 0
}

func isText(contentType string) bool {
	if contentType == "" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(mediaType, "text/") ||
		strings.HasPrefix(mediaType, "application/") &&
			(strings.HasSuffix(mediaType, "+json") || strings.HasSuffix(mediaType, "+xml"))
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
}

// bodyStatus is the answer to a body that could not be read.
func bodyStatus(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// gatewayRequestID has the look of API Gateway's: 15 characters and "=".
func gatewayRequestID() string {
	return strings.ReplaceAll(uuid.NewString(), "-", "")[:15] + "="
}
