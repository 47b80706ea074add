package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/stripe/stripe-mock/spec"
)

// CheckAnswer judges what a request was answered: every field that is required
// is there, none that is not described, and each has a type and value that is.
// The objects inside events are judged as the resources they are.
func (d *Description) CheckAnswer(method, path string, status int, body []byte) error {
	o := d.find(method, path)
	if o == nil {
		return fmt.Errorf("%s %s is not described", method, path)
	}
	code := "default" // errors
	if status == http.StatusOK {
		code = "200"
	}
	response, described := o.described.Responses[spec.StatusCode(code)]
	if !described {
		return fmt.Errorf("%s %s: an answer %d is not described", method, path, status)
	}
	value, err := decode(body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return report(d.check("", response.Content["application/json"].Schema, value))
}

// CheckResource judges an object as the resource that its field object names.
func (d *Description) CheckResource(body []byte) error {
	value, err := decode(body)
	if err != nil {
		return err
	}
	return report(d.checkResource("", value))
}

// decode keeps numbers as they are written, to tell integers from others.
func decode(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("decoding the answer: %w", err)
	}
	return value, nil
}

func report(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "\n"))
}
