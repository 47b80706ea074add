package contract_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// variant is a change to a valid request, and what comes of it.
type variant struct {
	name   string
	change func(r *request)
	status int
	loc    string // of a 422: the place that is named, as JSON
}

// maxBody is the size of the largest body, in bytes.
const maxBody = 1 << 20

func body(text string) func(*request) { return func(r *request) { r.body = text } }

func query(name, value string) func(*request) { return func(r *request) { r.query.Set(name, value) } }

// rightBodies are bodies that the operation takes.
func (k known) rightBodies(t *testing.T) []variant {
	t.Helper()
	schema, example := k.body()
	if schema == nil {
		return nil
	}
	ok := k.success(t)
	padded := encode(t, example)
	variants := []variant{
		{name: "the document's example", change: func(*request) {}, status: ok},
		{name: "a member that nobody knows", change: body(with(t, example, "x_unknown", 7)), status: ok},
		{name: "a body of the largest size", change: body(padded + strings.Repeat(" ", maxBody-len(padded))), status: ok},
	}
	least := maps.Clone(example)
	maps.DeleteFunc(least, func(name string, _ any) bool {
		return schema.Properties[name] != nil && !slices.Contains(schema.Required, name)
	})
	variants = append(variants, variant{name: "required members only", change: body(encode(t, least)), status: ok})
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		right, _ := k.samples(t, name, schema.Properties[name].Value)
		for _, s := range right {
			v := variant{name: name + " " + s.name, change: body(with(t, least, name, s.value)), status: ok}
			if slices.ContainsFunc(k.refused, func(prefix string) bool { return strings.HasPrefix(v.name, prefix) }) {
				v.status = http.StatusBadRequest
			}
			variants = append(variants, v)
		}
		if !slices.Contains(schema.Required, name) {
			variants = append(variants, variant{name: name + " null", change: body(with(t, least, name, nil)), status: ok})
		}
	}
	return variants
}

// wrongBodies are bodies that the operation refuses.
func (k known) wrongBodies(t *testing.T) []variant {
	t.Helper()
	schema, example := k.body()
	if schema == nil {
		return nil
	}
	text := encode(t, example)
	variants := []variant{{name: "a body too large", change: body(text + strings.Repeat(" ", maxBody-len(text)+1)), status: http.StatusRequestEntityTooLarge}}
	for name, wrong := range map[string]string{
		"no body": "", "only white space": " \n", "a body cut short": text[:len(text)-1], "a body with more behind it": text + "x", "two bodies": text + text,
		"a body of null": "null", "a list for a body": "[" + text + "]", "a text for a body": `"{}"`,
	} {
		v := variant{name: name, change: body(wrong), status: http.StatusUnprocessableEntity, loc: `["body"]`}
		if k.badBody != 0 {
			v.status, v.loc = k.badBody, ""
		}
		variants = append(variants, v)
	}
	for name, property := range schema.Properties {
		_, wrong := k.samples(t, name, property.Value)
		if slices.Contains(schema.Required, name) {
			wrong = append(wrong, sample{name: "null"})
			least := maps.Clone(example)
			delete(least, name)
			variants = append(variants, variant{name + " missing", body(encode(t, least)), http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q]", "body", name)})
		}
		for _, s := range wrong {
			variants = append(variants, variant{
				name + " " + s.name, body(with(t, example, name, s.value)), http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q%s]", "body", name, s.at),
			})
		}
	}
	return variants
}

// with is a body with one member added or replaced.
func with(t *testing.T, members map[string]any, name string, value any) string {
	t.Helper()
	changed := maps.Clone(members)
	if changed == nil {
		changed = map[string]any{}
	}
	changed[name] = value
	return encode(t, changed)
}

// queries are right and wrong values of each parameter in the query.
func (k known) queries(t *testing.T) (right, wrong []variant) {
	t.Helper()
	set := func(name, value string) variant {
		return variant{name: name + "=" + value, change: query(name, value), status: k.success(t)}
	}
	refused := func(name, value string) variant {
		return variant{fmt.Sprintf("%s=%.20s", name, value), query(name, value), http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q]", "query", name)}
	}
	for _, p := range k.parametersIn("query") {
		s := p.Schema.Value
		switch {
		case s.Type.Is("boolean"):
			right = append(right, set(p.Name, "true"), set(p.Name, "false"))
			wrong = append(wrong, refused(p.Name, "maybe"), refused(p.Name, "2"), refused(p.Name, ""))
		case s.Type.Is("integer"):
			wrong = append(wrong, refused(p.Name, "x"), refused(p.Name, "1.5"), refused(p.Name, ""), refused(p.Name, "18446744073709551616"))
			right = append(right, set(p.Name, fmt.Sprint(*s.Min)))
			wrong = append(wrong, refused(p.Name, fmt.Sprint(*s.Min-1)), refused(p.Name, fmt.Sprint(-*s.Min)))
			if s.Max != nil {
				right = append(right, set(p.Name, fmt.Sprint(*s.Max)))
				wrong = append(wrong, refused(p.Name, fmt.Sprint(*s.Max+1)))
			}
		case len(wordsOf(s)) > 0:
			for _, word := range wordsOf(s) {
				right = append(right, set(p.Name, word))
			}
			wrong = append(wrong, refused(p.Name, "nonsense"), refused(p.Name, ""))
		case s.Format == "date-time":
			right = append(right, set(p.Name, "2026-03-01T12:00:00Z"), set(p.Name, "2026-03-01T12:00:00.5+01:00"))
			wrong = append(wrong, refused(p.Name, "nonsense"), refused(p.Name, "2026-02-30T12:00:00Z"), refused(p.Name, ""))
		case s.Format == "uuid":
			right = append(right, set(p.Name, uuid.NewString()))
			wrong = append(wrong, refused(p.Name, "nonsense"), refused(p.Name, ""))
		case s.MaxLength != nil:
			if example, ok := p.Example.(string); ok {
				right = append(right, set(p.Name, example))
			}
			// A length that base64 may have.
			wrong = append(wrong, refused(p.Name, strings.Repeat("A", int(*s.MaxLength)+4)), refused(p.Name, "!"), refused(p.Name, ""))
		default:
			t.Errorf("%s: no values are known for the parameter %s", k.id, p.Name)
		}
	}
	more, fewer := k.pairs(t)
	return k.live(t, append(right, more...)), append(wrong, fewer...)
}

// pairs are queries in which two parameters depend on one another.
func (k known) pairs(t *testing.T) (right, wrong []variant) {
	t.Helper()
	two := func(name, value, other, otherValue string, status int, loc string) variant {
		return variant{name + "=" + value + "&" + other + "=" + otherValue, func(r *request) {
			query(name, value)(r)
			query(other, otherValue)(r)
		}, status, loc}
	}
	const invalid = http.StatusUnprocessableEntity
	if k.parameter("query", "environment") != nil {
		right = append(right,
			two("test_mode", "true", "environment", "test", k.success(t), ""),
			two("test_mode", "false", "environment", "live", k.success(t), ""))
		wrong = append(wrong,
			two("test_mode", "true", "environment", "live", invalid, `["query","environment"]`),
			two("test_mode", "false", "environment", "test", invalid, `["query","environment"]`))
	}
	if k.parameter("query", "page") != nil {
		last, beyond := two("page", "100", "page_size", "100", k.success(t), ""), two("page", "101", "page_size", "100", k.success(t), "")
		if k.parameter("query", "cursor") != nil {
			beyond.status, beyond.loc = invalid, `["query","page"]`
			wrong = append(wrong, beyond)
		} else {
			right = append(right, beyond, two("page", "9223372036854775807", "page_size", "100", k.success(t), ""))
		}
		right = append(right, last)
	}
	return right, wrong
}

// live corrects what is expected in live mode, for which nothing is configured:
// users are told so, and developers find nothing there, which is an empty list,
// or an answer where the path names what is of test mode.
func (k known) live(t *testing.T, variants []variant) []variant {
	t.Helper()
	for i, v := range variants {
		if (k.scheme(t) == endUser || k.namesData()) && (strings.Contains(v.name, "test_mode=false") || strings.Contains(v.name, "environment=live")) {
			variants[i].status = http.StatusNotFound
		}
	}
	return variants
}

// wrongPaths are paths whose parameters do not parse, or name nothing.
func (k known) wrongPaths(t *testing.T, p place) []variant {
	t.Helper()
	values := p.inPath()
	var variants []variant
	for _, parameter := range k.parametersIn("path") {
		instead := func(value string) func(*request) {
			return func(r *request) { r.path = strings.Replace(r.path, values[parameter.Name], value, 1) }
		}
		if parameter.Name == "mode" {
			instead = func(value string) func(*request) {
				return func(r *request) { r.path = strings.TrimSuffix(r.path, "test") + value }
			}
		}
		loc := fmt.Sprintf("[%q,%q]", "path", parameter.Name)
		wrong := []string{"nonsense", p.project[:35], p.project + "0"}
		if s := parameter.Schema.Value; s.Pattern != "" {
			wrong = []string{"!", "a%20b", strings.Repeat("a", int(*s.MaxLength)+1)}
			variants = append(variants, variant{name: parameter.Name + " of nothing", change: instead("nothing"), status: http.StatusNotFound})
		}
		for _, value := range wrong {
			variants = append(variants, variant{parameter.Name + " " + value, instead(value), http.StatusUnprocessableEntity, loc})
		}
		if parameter.Schema.Value.Format == "uuid" {
			variants = append(variants, variant{name: parameter.Name + " of nothing", change: instead(uuid.NewString()), status: http.StatusNotFound})
		}
	}
	return variants
}

// wrongHeaders are headers that are refused for what they say.
func (k known) wrongHeaders(t *testing.T) []variant {
	t.Helper()
	header := func(name string, values ...string) func(*request) {
		return func(r *request) { r.header[http.CanonicalHeaderKey(name)] = values }
	}
	var variants []variant
	for _, p := range k.parametersIn("header") {
		switch p.Name {
		case "Idempotency-Key":
			loc := fmt.Sprintf("[%q,%q]", "header", p.Name)
			for name, values := range map[string][]string{
				"empty": {""}, "too long": {strings.Repeat("k", int(*p.Schema.Value.MaxLength)+1)}, "two words": {"a b"},
			} {
				variants = append(variants, variant{p.Name + " " + name, header(p.Name, values...), http.StatusUnprocessableEntity, loc})
			}
		case "X-Project-ID":
			variants = append(variants, variant{name: p.Name + " that is no uuid", change: header(p.Name, "nonsense"), status: http.StatusBadRequest})
		case "Stripe-Signature":
			variants = append(variants, variant{name: p.Name + " empty", change: func(r *request) {
				r.secret = ""
				header(p.Name, "")(r)
			}, status: http.StatusBadRequest})
		default:
			t.Errorf("%s: no values are known for the header %s", k.id, p.Name)
		}
	}
	return variants
}
