package openapi

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/lestrrat-go/jsval"
	clover "github.com/stripe/stripe-mock-clover/embedded"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
	"github.com/stripe/stripe-mock/spec"
)

// Description is Stripe's description of its operations and resources. It is
// safe for concurrent use.
type Description struct {
	schemas    map[string]*spec.Schema
	resources  map[string]*spec.Schema // references, by the value of the field object
	operations map[string][]*operation // by method, those with the fewest path parameters first
	components *spec.ComponentsForValidation
}

// operation is one method of one path.
type operation struct {
	segments   []string
	parameters int // in the path
	described  *spec.Operation
	request    *spec.Schema // nil when the operation takes nothing
	// validator checks requests. It is built when first asked for: most
	// operations are never called.
	validator func() (*jsval.JSVal, error)
}

// Load is the description of version 2024-09-30.acacia, read once per process:
// that takes about 0.3 s and 14 MB.
func Load() (*Description, error) { return load() }

// LoadClover is that of 2025-09-30.clover.
func LoadClover() (*Description, error) { return loadClover() }

var (
	load       = sync.OnceValues(func() (*Description, error) { return read(embedded.OpenAPISpec, undescribed()) })
	loadClover = sync.OnceValues(func() (*Description, error) { return read(clover.OpenAPISpec, undescribedInClover()) })
)

func read(file []byte, supplements map[[2]string]*spec.Schema) (*Description, error) {
	read, err := server.LoadSpec(file, "")
	if err != nil {
		return nil, fmt.Errorf("reading Stripe's OpenAPI description: %w", err)
	}
	d := &Description{
		schemas:    read.Components.Schemas,
		resources:  map[string]*spec.Schema{},
		operations: map[string][]*operation{},
		components: spec.GetComponentsForValidation(&read.Components),
	}
	for field, schema := range supplements {
		d.schemas[field[0]].Properties[field[1]] = schema
	}
	for name, schema := range d.schemas {
		if schema.XResourceID != "" {
			d.resources[schema.XResourceID] = &spec.Schema{Ref: schemaPrefix + name}
		}
	}
	for path, methods := range read.Paths {
		for verb, described := range methods {
			method := strings.ToUpper(string(verb))
			d.operations[method] = append(d.operations[method], d.operation(method, string(path), described))
		}
	}
	for _, operations := range d.operations {
		slices.SortFunc(operations, func(a, b *operation) int {
			return cmp.Or(a.parameters-b.parameters, slices.Compare(a.segments, b.segments))
		})
	}
	return d, nil
}

// undescribed are fields that Stripe sends, as its own samples of the same
// version show, but leaves out of its public description. A subscription's plan
// and quantity are not in the samples either: recordings of its test mode have
// them in every version, of subscriptions with one item. Its billing_mode is
// newer than the description. The keys are a schema
// and its field.
func undescribed() map[[2]string]*spec.Schema {
	plan := &spec.Schema{AnyOf: []*spec.Schema{{Ref: schemaPrefix + "plan"}}, Nullable: true}
	return map[[2]string]*spec.Schema{
		{"subscription", "billing_mode"}:                     {Type: spec.TypeObject, AdditionalPropertiesAllowed: true},
		{"subscription", "plan"}:                             plan,
		{"subscription", "quantity"}:                         {Type: spec.TypeInteger, Nullable: true},
		{"subscription_item", "plan"}:                        plan,
		{"line_item", "plan"}:                                plan,
		{"invoiceitem", "plan"}:                              plan,
		{"subscription_schedule_configuration_item", "plan"}: {AnyOf: []*spec.Schema{{Type: spec.TypeString}, plan}},
		{"charge", "source"}:                                 {AnyOf: []*spec.Schema{{Ref: schemaPrefix + "payment_source"}}, Nullable: true},
		{"payment_intent", "source"}:                         {Type: spec.TypeString, Nullable: true},
		{"product", "type"}:                                  {Type: spec.TypeString, Enum: []any{"good", "service"}},
		{"recurring", "trial_period_days"}:                   {Type: spec.TypeInteger, Nullable: true},
	}
}

// undescribedInClover are those of 2025-09-30.clover.
func undescribedInClover() map[[2]string]*spec.Schema {
	fields := undescribed()
	delete(fields, [2]string{"line_item", "plan"})
	delete(fields, [2]string{"invoiceitem", "plan"})
	delete(fields, [2]string{"subscription", "billing_mode"})
	return fields
}

func (d *Description) operation(method, path string, described *spec.Operation) *operation {
	o := &operation{segments: strings.Split(path, "/"), parameters: strings.Count(path, "{"), described: described}
	components := d.components
	if method == http.MethodGet {
		o.request, components = spec.BuildQuerySchema(described), nil
	} else if described.RequestBody != nil {
		for _, media := range described.RequestBody.Content {
			o.request = media.Schema // Stripe describes one media type per operation
		}
	}
	if o.request != nil && o.request.Properties["api_version"] != nil {
		o.request.Properties["api_version"].Enum = nil // it knows no version later than its own
	}
	if o.request != nil && o.request.Properties["external_account"] != nil { // described as a token, but Stripe takes the details, too
		o.request.Properties["external_account"] = &spec.Schema{AdditionalPropertiesAllowed: true}
	}
	if o.request != nil && o.request.Properties["enabled_events"] != nil {
		items := o.request.Properties["enabled_events"].Items
		items.Enum = append(items.Enum, "invoice_payment.paid") // nor the types of events since then
	}
	o.validator = sync.OnceValues(func() (*jsval.JSVal, error) {
		return spec.GetValidatorForOpenAPI3Schema(o.request, components)
	})
	return o
}

// find is the operation that serves a path, or nil.
func (d *Description) find(method, path string) *operation {
	segments := strings.Split(path, "/")
	for _, o := range d.operations[method] {
		if o.matches(segments) {
			return o
		}
	}
	return nil
}

func (o *operation) matches(segments []string) bool {
	return slices.EqualFunc(o.segments, segments, func(described, given string) bool {
		return described == given || strings.HasPrefix(described, "{") && given != ""
	})
}
