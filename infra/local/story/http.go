package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// api calls billhook and reads the answer into a value.
func (s *story) api(ctx context.Context, method, path, token string, send, receive any) error {
	var body io.Reader
	if send != nil {
		encoded, err := json.Marshal(send)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.world.API+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if send != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return s.do(r, receive)
}

// stripe calls the sandbox as Stripe's own clients do.
func (s *story) stripe(ctx context.Context, method, path string, params url.Values, receive any) error {
	r, err := http.NewRequestWithContext(ctx, method, s.world.Stripe+path, strings.NewReader(params.Encode()))
	if err != nil {
		return err
	}
	r.SetBasicAuth(s.StripeKey, "")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return s.do(r, receive)
}

// control turns the sandbox's own knobs, which Stripe does not have.
func (s *story) control(ctx context.Context, path string, send, receive any) error {
	encoded, err := json.Marshal(send)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.world.Stripe+"/_sandbox/"+path, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	r.SetBasicAuth(s.StripeKey, "")
	r.Header.Set("Content-Type", "application/json")
	return s.do(r, receive)
}

// answerError is an answer that is no success.
type answerError struct {
	request string
	status  int
	body    string
}

func (e *answerError) Error() string {
	return fmt.Sprintf("%s: expected a success, got %d %s", e.request, e.status, e.body)
}

func (s *story) do(r *http.Request, receive any) error {
	answer, err := s.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	request := r.Method + " " + r.URL.Path
	if answer.StatusCode >= http.StatusMultipleChoices {
		return &answerError{request, answer.StatusCode, strings.TrimSpace(string(body))}
	}
	if receive == nil {
		return nil
	}
	if err := json.Unmarshal(body, receive); err != nil {
		return fmt.Errorf("%s: read answer %q: %w", request, body, err)
	}
	return nil
}
