package contract_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// operation is an operation of the document.
type operation struct {
	id, method, path string
	spec             *openapi3.Operation
	parameters       openapi3.Parameters // the path's own among them
	document         *openapi3.T
}

var readDocument = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromFile("../../../pkg/api/openapi.yaml")
})

// operations are all operations of the document, in the order of their names.
func operations(t *testing.T) []operation {
	t.Helper()
	document, err := readDocument()
	if err != nil {
		t.Fatal(err)
	}
	var all []operation
	for path, item := range document.Paths.Map() {
		for method, spec := range item.Operations() {
			all = append(all, operation{spec.OperationID, method, path, spec, slices.Concat(item.Parameters, spec.Parameters), document})
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
	return all
}

// scheme is who may call: the security schemes of the document that a request
// has to meet, in the order of their names.
type scheme string

const (
	developer scheme = "DeveloperJWT"
	endUser   scheme = "EndUserJWT"
	backend   scheme = "APIKey KeyProjectID SecretKey TenantID"
	buyer     scheme = "APIKey EndUserJWT KeyProjectID SecretKey TenantID" // a backend, for a user
	signature scheme = ""                                                  // none: Stripe signs
	everybody scheme = "none"                                              // none at all
)

// ofUser reports whether a user's token is needed.
func (s scheme) ofUser() bool { return s == endUser || s == buyer }

// paired reports whether a project's key pair is needed.
func (s scheme) paired() bool { return s == backend || s == buyer }

// sessionCookie is another way to send an end user's token.
const sessionCookie = "SessionCookie"

// takesCookie reports whether a user's token may come in a cookie.
func (o operation) takesCookie() bool {
	return slices.ContainsFunc(*o.spec.Security, func(r openapi3.SecurityRequirement) bool { return r[sessionCookie] != nil })
}

// scheme is the one way to be let into the operation.
func (o operation) scheme(t *testing.T) scheme {
	t.Helper()
	requirements := slices.DeleteFunc(slices.Clone(*o.spec.Security), func(r openapi3.SecurityRequirement) bool { return r[sessionCookie] != nil })
	if len(requirements) == 0 && o.parameter("header", "Stripe-Signature") == nil {
		return everybody
	}
	if len(requirements) == 0 {
		return signature
	}
	if len(requirements) == 1 {
		s := scheme(strings.Join(slices.Sorted(maps.Keys(requirements[0])), " "))
		if slices.Contains([]scheme{developer, endUser, backend, buyer}, s) {
			return s
		}
	}
	t.Fatalf("%s: no caller is known for the security %v", o.id, requirements)
	return ""
}

func (o operation) parameter(in, name string) *openapi3.Parameter {
	return o.parameters.GetByInAndName(in, name)
}

// parametersIn are the parameters in a place, such as the query.
func (o operation) parametersIn(in string) []*openapi3.Parameter {
	var there []*openapi3.Parameter
	for _, p := range o.parameters {
		if p.Value.In == in {
			there = append(there, p.Value)
		}
	}
	return there
}

// body is the schema of the request body and its example; nil without a body.
func (o operation) body() (*openapi3.Schema, map[string]any) {
	if o.spec.RequestBody == nil {
		return nil, nil
	}
	media := o.spec.RequestBody.Value.Content.Get("application/json")
	example, _ := media.Example.(map[string]any)
	return media.Schema.Value, example
}

// success is the operation's one status of success: a redirect, if it has no
// other.
func (o operation) success(t *testing.T) int {
	t.Helper()
	found := 0
	for text := range o.spec.Responses.Map() {
		if status, err := strconv.Atoi(text); err == nil && status < http.StatusMultipleChoices || text == "303" {
			if found != 0 {
				t.Fatalf("%s: more than one status of success", o.id)
			}
			found = status
		}
	}
	return found
}

// uuids and times are what the formats of those names stand for here: times
// are in UTC.
var validation = []openapi3.SchemaValidationOption{
	openapi3.VisitAsResponse(),
	openapi3.EnableFormatValidation(),
	openapi3.WithStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562)),
	openapi3.WithStringFormatValidator("date-time", openapi3.NewRegexpFormatValidator(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)),
}

// validate holds an answer against the document.
func (o operation) validate(t *testing.T, a answer) {
	t.Helper()
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: o.method},
			Route:   &routers.Route{Spec: o.document, Operation: o.spec},
		},
		Status:  a.status,
		Header:  a.header,
		Body:    io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, SchemaValidationOptions: validation},
	}
	if err := openapi3filter.ValidateResponse(t.Context(), input); err != nil {
		t.Errorf("%v is not what the document says: %v", a, err)
		return
	}
	content := o.spec.Responses.Status(a.status).Value.Content
	if len(content) == 0 {
		if len(a.body) > 0 {
			t.Errorf("%v: the document knows of no content", a)
		}
		return
	}
	if a.status < http.StatusMultipleChoices {
		for _, name := range absent(content.Get("application/json").Schema.Value, a.decode(t), "") {
			t.Errorf("%v lacks %s", a, name)
		}
	}
	if a.status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("%v: WWW-Authenticate = %q", a, a.header.Get("WWW-Authenticate"))
	}
}

// absent are the documented members that a value lacks. All are sent, if only
// as null.
func absent(schema *openapi3.Schema, value any, at string) []string {
	var missing []string
	for _, part := range schema.AllOf {
		missing = append(missing, absent(part.Value, value, at)...)
	}
	switch value := value.(type) {
	case map[string]any:
		for name, property := range schema.Properties {
			member, sent := value[name]
			if !sent {
				missing = append(missing, at+"/"+name)
			}
			missing = append(missing, absent(property.Value, member, at+"/"+name)...)
		}
	case []any:
		for i, item := range value {
			missing = append(missing, absent(schema.Items.Value, item, at+"/"+strconv.Itoa(i))...)
		}
	}
	return missing
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
