package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"billhook/infra/local/stripebox/fault"
	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
	"billhook/infra/local/stripebox/openapi"
)

// maxBody bounds a request's body.
const maxBody = 1 << 20

// call is one authenticated request while its account is locked.
type call struct {
	*account
	id     string // {id} in the path
	part   string // {part} of that, in the path
	key    string // that authenticated it
	path   string
	origin string // of the hosted pages
	values form.Values
	// refusal is what Stripe's own description of the API has against the
	// parameters, if anything.
	refusal error
	version string // in which the answer is rendered
}

// operation answers a call with a resource, a list or an error.
type operation func(c *call) (any, error)

// with makes an operation of a function that takes its parameters as a struct.
// It runs only with parameters that Stripe's description allows; what decoding
// them finds is said first, because it names the parameter at any depth.
func with[P any](run func(c *call, params P) (any, error)) operation {
	return func(c *call) (any, error) {
		var params P
		if err := c.values.Decode(&params); err != nil {
			return nil, err
		}
		if c.refusal != nil {
			return nil, c.refusal
		}
		return run(c, params)
	}
}

// answer is a response that is ready to be written.
type answer struct {
	status int
	body   []byte
}

// serveAPI authenticates, decodes, runs the operation once per idempotency key
// and writes what it answered.
func (s *Server) serveAPI(run operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.identify(w)
		a, err := s.authenticate(r)
		if err != nil {
			writeAnswer(w, errorAnswer(err))
			return
		}
		version, err := requestVersion(r)
		if err != nil {
			writeAnswer(w, errorAnswer(err))
			return
		}
		encoded, err := readForm(w, r)
		if err != nil {
			writeAnswer(w, errorAnswer(err))
			return
		}
		values, err := form.Parse(encoded)
		if err != nil {
			writeAnswer(w, errorAnswer(invalid("", "", "Invalid request: %v", err)))
			return
		}
		key, _ := secretKey(r)
		c := &call{account: a, id: r.PathValue("id"), part: r.PathValue("part"), key: key, path: r.URL.Path, origin: s.origin(r), values: values,
			refusal: checkRequest(r, describedParams(encoded, version)), version: version}
		reply, injected := c.answer(w.Header(), r, encoded, run)
		if reply == nil {
			breakOff(r, injected)
			return
		}
		writeAnswer(w, *reply)
	}
}

// answer runs an operation while the account is locked. It is nil when a fault
// is that there is none.
func (c *call) answer(header http.Header, r *http.Request, encoded string, run operation) (*answer, *fault.Rule) {
	c.begin()
	defer c.mu.Unlock()
	c.Origin = c.origin
	requestID := c.nextRequestID()
	header.Set("Date", utc(c.now).Format(http.TimeFormat)) // the account's clock, as its events have it
	header.Set("Request-Id", requestID)
	header.Set("Stripe-Version", c.version)
	c.enterClock()
	if c.isConnected() {
		header.Set(headerAccount, c.account.id)
	}
	injected := c.Faults.Request(c.faultSeed(), r.Method, r.URL.Path)
	if injected == nil {
		reply := c.run(header, r, requestID, encoded, run)
		return &reply, nil
	}
	defer c.server.changed() // the plan has counted
	switch injected.Kind {
	case fault.Close:
		return nil, injected
	case fault.Timeout:
		c.run(header, r, requestID, encoded, run)
		return nil, injected
	case fault.TooManyRequests:
		reply := tooManyRequests(header, injected)
		return &reply, injected
	default:
		reply := c.run(header, r, requestID, encoded, failing(header, r.Method))
		return &reply, injected
	}
}

// run performs an operation, once per idempotency key.
func (c *call) run(header http.Header, r *http.Request, requestID, encoded string, run operation) answer {
	if r.Method == http.MethodGet {
		return c.perform(run)
	}
	defer c.server.changed()
	once := r.Header.Get("Idempotency-Key")
	c.platform.cause = object.EventRequest{ID: object.Text(requestID), IdempotencyKey: object.Text(once)}
	if once == "" || r.Method != http.MethodPost {
		return c.perform(run)
	}
	header.Set("Idempotency-Key", once)
	return c.performOnce(header, once, encoded, requestID, run)
}

// checkRequest judges a request by Stripe's own description of the API, which
// is read when the first request arrives.
func checkRequest(r *http.Request, encoded string) error {
	described, err := openapi.Load()
	if err != nil {
		return err
	}
	err = described.CheckRequest(r.Method, r.URL.Path, encoded)
	// The description is older than object.CloverVersion: checkVersion decides.
	if refusal, ok := errors.AsType[*openapi.Refusal](err); ok && refusal.Param == "api_version" {
		return nil
	}
	return err
}

// perform runs an operation and renders its result.
func (c *call) perform(run operation) answer {
	expansions := c.values.Take("expand")
	result, err := run(c)
	var later []string
	if err == nil {
		expansions, later, err = c.laterExpansions(expansions)
	}
	if err == nil {
		result, err = c.expand(result, expansions)
	}
	if err != nil {
		return errorAnswer(err).in(c.version)
	}
	return c.expandLater(jsonAnswer(http.StatusOK, result).in(c.version), later)
}

func (a *account) nextRequestID() string {
	a.Requests++
	return "req_" + derive(14, a.server.options.Seed, a.id, "request", a.Requests)
}

// identify gives a response the id of a request that belongs to no account, or
// not yet.
func (s *Server) identify(w http.ResponseWriter) {
	w.Header().Set("Request-Id", "req_"+derive(14, s.options.Seed, "request", s.anonymous.Add(1)))
}

// readForm is the request's parameters, still encoded: Stripe takes them from
// the query and from the body alike.
func readForm(w http.ResponseWriter, r *http.Request) (string, error) {
	if kind := r.Header.Get("Content-Type"); strings.HasPrefix(kind, "application/json") {
		return "", invalid("", "", "Invalid request (check that your POST content type is application/x-www-form-urlencoded). "+
			"If you have any questions, we can help at https://support.stripe.com/.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return "", invalid("", "", "Invalid request: the body could not be read: %v", err)
	}
	return r.URL.RawQuery + "&" + string(body), nil
}

func errorAnswer(err error) answer {
	known := asAPIError(err)
	return jsonAnswer(known.status, map[string]object.Error{"error": known.body})
}

// jsonAnswer renders with two spaces of indentation, as Stripe does.
func jsonAnswer(status int, v any) answer {
	body, err := pretty(v)
	if err != nil {
		return answer{http.StatusInternalServerError, []byte(`{"error":{"type":"api_error","message":"The answer could not be rendered."}}`)}
	}
	return answer{status, body}
}

func pretty(v any) ([]byte, error) {
	compact, err := object.Encode(v)
	if err != nil {
		return nil, fmt.Errorf("rendering a %T: %w", v, err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		return nil, fmt.Errorf("rendering a %T: %w", v, err)
	}
	return indented.Bytes(), nil
}

func writeAnswer(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a caller that is gone needs no answer
}
