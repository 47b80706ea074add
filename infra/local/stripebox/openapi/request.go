package openapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stripe/stripe-mock/param/coercer"
	"github.com/stripe/stripe-mock/param/nestedtypeassembler"
	"github.com/stripe/stripe-mock/param/parser"
)

// Error codes that Stripe gives with a refusal.
const (
	codeMissing = "parameter_missing"
	codeUnknown = "parameter_unknown"
)

// Refusal says what is wrong with a request's parameters. Param and Code are
// empty where the description does not tell.
type Refusal struct {
	Message, Param, Code string
}

// Error is what Stripe would say.
func (r *Refusal) Error() string { return r.Message }

// CheckRequest judges a request's form-encoded parameters. The error is a
// *Refusal when Stripe's description does not allow them. A path that is not
// described allows everything.
func (d *Description) CheckRequest(method, path, encoded string) error {
	o := d.find(method, path)
	if o == nil || o.request == nil {
		return nil
	}
	pairs, err := parser.ParseFormString(strings.Trim(encoded, "&"))
	if err != nil {
		return &Refusal{Message: fmt.Sprintf("Invalid request: %v", err)}
	}
	parameters, err := nestedtypeassembler.AssembleParams(pairs)
	if err != nil {
		return &Refusal{Message: fmt.Sprintf("Invalid request: %v", err)}
	}
	if refusal := o.checkNames(parameters); refusal != nil {
		return refusal
	}
	if err := coercer.CoerceParams(o.request, parameters); err != nil {
		return &Refusal{Message: fmt.Sprintf("Invalid request: %v", err)}
	}
	validator, err := o.validator()
	if err != nil {
		return fmt.Errorf("reading the description of %s %s: %w", method, path, err)
	}
	if err := validator.Validate(parameters); err != nil {
		return explain(err)
	}
	return nil
}

// explain reads the parameter from what the validator says: "validator 0x12
// failed: object property 'a' validation failed: object property 'b' is
// required" is about a[b]. The validator's address is not passed on.
func explain(err error) *Refusal {
	message := err.Error()
	var param string
	for _, property := range propertyPattern.FindAllStringSubmatch(message, -1) {
		if param == "" {
			param = property[1]
		} else {
			param += "[" + property[1] + "]"
		}
	}
	if strings.HasSuffix(message, "is required") {
		return missing(param)
	}
	reasons := strings.Split(message, "failed: ")
	return &Refusal{Message: fmt.Sprintf("Invalid %s: %s", param, reasons[len(reasons)-1]), Param: param}
}

var propertyPattern = regexp.MustCompile(`object property '([^']*)'`)

func missing(param string) *Refusal {
	return &Refusal{Message: fmt.Sprintf("Missing required param: %s.", param), Param: param, Code: codeMissing}
}

// checkNames finds what is missing and what the operation does not have. The
// validator finds that too, but names the former in no certain order and the
// latter not at all.
func (o *operation) checkNames(parameters map[string]any) *Refusal {
	for _, name := range o.request.Required {
		if _, given := parameters[name]; !given {
			return missing(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if o.request.Properties[name] == nil && !o.request.AdditionalPropertiesAllowed {
			return &Refusal{Message: fmt.Sprintf("Received unknown parameter: %s", name), Param: name, Code: codeUnknown}
		}
	}
	return nil
}
