package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stripe/stripe-mock/spec"
)

const (
	schemaPrefix = "#/components/schemas/"
	eventSchema  = "event"
)

// check lists what is wrong with a value, each with where it is. It follows
// OpenAPI, but for objects whose fields are described: those have no others.
func (d *Description) check(at string, schema *spec.Schema, value any) []string {
	if value == nil {
		return d.checkNull(at, schema)
	}
	if name, isRef := strings.CutPrefix(schema.Ref, schemaPrefix); isRef {
		problems := d.check(at, d.schemas[name], value)
		if name == eventSchema {
			problems = append(problems, d.checkEvent(at, value)...)
		}
		return problems
	}
	if len(schema.AnyOf) > 0 {
		return d.checkAnyOf(at, schema.AnyOf, value)
	}
	if len(schema.Enum) > 0 && !slices.Contains(schema.Enum, value) {
		return []string{fmt.Sprintf("%s: %s is none of %v", at, shorten(value), schema.Enum)}
	}
	switch schema.Type {
	case spec.TypeObject:
		return d.checkObject(at, schema, value)
	case spec.TypeArray:
		return d.checkArray(at, schema, value)
	default:
		return checkScalar(at, schema, value)
	}
}

func (d *Description) checkNull(at string, schema *spec.Schema) []string {
	if d.nullable(schema) {
		return nil
	}
	return []string{at + ": is null"}
}

func (d *Description) nullable(schema *spec.Schema) bool {
	if name, isRef := strings.CutPrefix(schema.Ref, schemaPrefix); isRef {
		return d.schemas[name].Nullable
	}
	return schema.Nullable || slices.ContainsFunc(schema.AnyOf, d.nullable)
}

// checkAnyOf reports the alternative that is least wrong. The id of a resource
// is no alternative to an expanded one.
func (d *Description) checkAnyOf(at string, alternatives []*spec.Schema, value any) []string {
	_, isObject := value.(map[string]any)
	least := []string{fmt.Sprintf("%s: %s is none of what is described", at, shorten(value))}
	found := false
	for _, alternative := range alternatives {
		if isObject && alternative.Type == spec.TypeString {
			continue
		}
		problems := d.check(at, alternative, value)
		if len(problems) == 0 {
			return nil
		}
		if !found || len(problems) < len(least) {
			least, found = problems, true
		}
	}
	return least
}

// shorten shows a value in a report.
func shorten(value any) string {
	switch value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	default:
		return fmt.Sprintf("%#v", value)
	}
}

func (d *Description) checkObject(at string, schema *spec.Schema, value any) []string {
	fields, isObject := value.(map[string]any)
	if !isObject {
		return []string{fmt.Sprintf("%s: %s is no object", at, shorten(value))}
	}
	var problems []string
	for _, name := range schema.Required {
		if _, given := fields[name]; !given {
			problems = append(problems, at+"."+name+": is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		described := schema.Properties[name]
		if described == nil {
			described = schema.AdditionalProperties
		}
		switch {
		case described != nil:
			problems = append(problems, d.check(at+"."+name, described, fields[name])...)
		case len(schema.Properties) > 0 || !schema.AdditionalPropertiesAllowed:
			problems = append(problems, at+"."+name+": is not described")
		}
	}
	return problems
}

func (d *Description) checkArray(at string, schema *spec.Schema, value any) []string {
	elements, isArray := value.([]any)
	if !isArray {
		return []string{fmt.Sprintf("%s: %s is no array", at, shorten(value))}
	}
	var problems []string
	for i, element := range elements {
		problems = append(problems, d.check(fmt.Sprintf("%s[%d]", at, i), schema.Items, element)...)
	}
	return problems
}

func checkScalar(at string, schema *spec.Schema, value any) []string {
	var fits bool
	switch value := value.(type) {
	case string:
		fits = schema.Type == spec.TypeString && textFits(schema, value)
	case bool:
		fits = schema.Type == spec.TypeBoolean
	case json.Number:
		_, err := value.Int64()
		fits = schema.Type == spec.TypeNumber || schema.Type == spec.TypeInteger && err == nil
	}
	if fits || schema.Type == "" {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s is not a %s as described (maxLength %d, pattern %q)",
		at, shorten(value), schema.Type, schema.MaxLength, schema.Pattern)}
}

func textFits(schema *spec.Schema, text string) bool {
	if schema.MaxLength != 0 && utf8.RuneCountInString(text) > schema.MaxLength {
		return false
	}
	matched, err := regexp.MatchString(schema.Pattern, text)
	return matched && err == nil
}

// checkEvent judges what an event is about, which its own schema leaves open.
func (d *Description) checkEvent(at string, value any) []string {
	event, _ := value.(map[string]any)
	data, _ := event["data"].(map[string]any)
	return d.checkResource(at+".data.object", data["object"])
}

func (d *Description) checkResource(at string, value any) []string {
	fields, _ := value.(map[string]any)
	name, _ := fields["object"].(string)
	schema := d.resources[name]
	if schema == nil {
		return []string{fmt.Sprintf("%s: %q is no resource", at, name)}
	}
	return d.check(at, schema, value)
}
