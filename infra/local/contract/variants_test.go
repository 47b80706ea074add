package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
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

// members changes the members of a valid body.
func members(t *testing.T, change func(map[string]any)) func(*request) {
	t.Helper()
	return func(r *request) {
		decoder := json.NewDecoder(strings.NewReader(r.body))
		decoder.UseNumber()
		all := map[string]any{}
		if err := decoder.Decode(&all); r.body != "" && err != nil {
			t.Errorf("%s: %v", r.body, err)
		}
		change(all)
		r.body = encode(t, all)
	}
}

// set adds or replaces a member of the body.
func set(t *testing.T, name string, value any) func(*request) {
	t.Helper()
	return members(t, func(all map[string]any) { all[name] = value })
}

func unset(t *testing.T, name string) func(*request) {
	t.Helper()
	return members(t, func(all map[string]any) { delete(all, name) })
}

// pad makes the body longer, up to a size.
func pad(size int) func(*request) {
	return func(r *request) { r.body += strings.Repeat(" ", size-len(r.body)) }
}

// then is one change after another.
func then(changes ...func(*request)) func(*request) {
	return func(r *request) {
		for _, change := range changes {
			change(r)
		}
	}
}

// requires reports whether a member must be in the body.
func (k known) requires(schema *openapi3.Schema, name string) bool {
	return slices.Contains(schema.Required, name) || slices.Contains(k.needed, name)
}

func query(name, value string) func(*request) { return func(r *request) { r.query.Set(name, value) } }

// rightBodies are bodies that the operation takes.
func (k known) rightBodies(t *testing.T) []variant {
	t.Helper()
	schema, _ := k.body()
	if schema == nil {
		return nil
	}
	ok := k.success(t)
	least := members(t, func(all map[string]any) {
		maps.DeleteFunc(all, func(name string, _ any) bool {
			return schema.Properties[name] != nil && name != k.kept && !k.requires(schema, name)
		})
	})
	variants := []variant{
		{name: "the document's example", change: func(*request) {}, status: ok},
		{name: "a member that nobody knows", change: set(t, "x_unknown", 7), status: ok},
		{name: "a body of the largest size", change: pad(maxBody), status: ok},
		{name: "required members only", change: least, status: ok},
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		right, _ := k.samples(t, name, schema.Properties[name].Value)
		for _, s := range right {
			v := variant{name: name + " " + s.name, change: then(least, set(t, name, s.value)), status: ok}
			variants = append(variants, k.refusing(v))
		}
		if name != k.kept && !k.requires(schema, name) {
			variants = append(variants, variant{name: name + " null", change: then(least, set(t, name, nil)), status: ok})
		}
	}
	if !k.spec.RequestBody.Value.Required {
		variants = append(variants,
			variant{name: "no body", change: body(""), status: ok}, variant{name: "only white space", change: body(" \n"), status: ok})
	}
	return k.butRefused(variants)
}

// butRefused corrects what is expected where something speaks against it that
// the document cannot say.
func (k known) butRefused(variants []variant) []variant {
	for i, v := range variants {
		for prefix, status := range k.refused {
			if strings.HasPrefix(v.name, prefix) && !strings.HasSuffix(v.name, " null") {
				variants[i].status = status
			}
		}
	}
	return variants
}

// refusing is a right variant with the status that the driver knows of it.
func (k known) refusing(v variant) variant {
	for prefix, status := range k.refused {
		if strings.HasPrefix(v.name, prefix) {
			v.status = status
		}
	}
	return v
}

// wrongBodies are bodies that the operation refuses.
func (k known) wrongBodies(t *testing.T) []variant {
	t.Helper()
	schema, _ := k.body()
	if schema == nil {
		return nil
	}
	variants := []variant{{name: "a body too large", change: pad(maxBody + 1), status: http.StatusRequestEntityTooLarge}}
	if k.kept != "" {
		variants = append(variants, variant{name: "an empty object", change: body("{}"), status: k.family(t).invalid})
	}
	if k.spec.RequestBody.Value.Required {
		variants = append(variants, k.wrongBody("no body", body("")), k.wrongBody("only white space", body(" \n")))
	}
	for name, wrong := range map[string]func(*request){
		"a body of null": body("null"), "a text for a body": body(`"{}"`),
		"a body cut short":           func(r *request) { r.body = r.body[:len(r.body)-1] },
		"a body with more behind it": func(r *request) { r.body += "x" },
		"two bodies":                 func(r *request) { r.body += r.body },
		"a list for a body":          func(r *request) { r.body = "[" + r.body + "]" },
	} {
		variants = append(variants, k.wrongBody(name, wrong))
	}
	for name, property := range schema.Properties {
		_, wrong := k.samples(t, name, property.Value)
		if k.requires(schema, name) {
			wrong = append(wrong, sample{name: "null"})
			variants = append(variants, variant{name + " missing", unset(t, name), http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q]", "body", name)})
		}
		for _, s := range wrong {
			variants = append(variants, variant{
				name + " " + s.name, set(t, name, s.value), http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q%s]", "body", name, s.at),
			})
		}
	}
	return variants
}

// wrongBody is a body that is no object.
func (k known) wrongBody(name string, change func(*request)) variant {
	if k.badBody != 0 {
		return variant{name: name, change: change, status: k.badBody}
	}
	return variant{name: name, change: change, status: http.StatusUnprocessableEntity, loc: `["body"]`}
}

// queries are right and wrong values of each parameter in the query.
func (k known) queries(t *testing.T) (right, wrong []variant) {
	t.Helper()
	taken := func(name, value string) variant {
		return k.refusing(variant{name: name + "=" + value, change: query(name, value), status: k.success(t)})
	}
	refused := func(name, value string) variant {
		return variant{fmt.Sprintf("%s=%.20s", name, value), query(name, value), http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q]", "query", name)}
	}
	for _, p := range k.parametersIn("query") {
		s := p.Schema.Value
		if p.Required {
			wrong = append(wrong, variant{p.Name + " missing", func(r *request) { r.query.Del(p.Name) }, http.StatusUnprocessableEntity, fmt.Sprintf("[%q,%q]", "query", p.Name)})
		}
		switch {
		case s.Type.Is("boolean"):
			right = append(right, taken(p.Name, "true"), taken(p.Name, "false"))
			wrong = append(wrong, refused(p.Name, "maybe"), refused(p.Name, "2"), refused(p.Name, ""))
		case s.Type.Is("integer"):
			wrong = append(wrong, refused(p.Name, "x"), refused(p.Name, "1.5"), refused(p.Name, ""), refused(p.Name, "18446744073709551616"))
			right = append(right, taken(p.Name, fmt.Sprint(*s.Min)))
			wrong = append(wrong, refused(p.Name, fmt.Sprint(*s.Min-1)))
			if *s.Min > 0 {
				wrong = append(wrong, refused(p.Name, fmt.Sprint(-*s.Min)))
			}
			if s.Max != nil {
				right = append(right, taken(p.Name, fmt.Sprint(*s.Max)))
				wrong = append(wrong, refused(p.Name, fmt.Sprint(*s.Max+1)))
			}
		case len(wordsOf(s)) > 0:
			for _, word := range wordsOf(s) {
				right = append(right, taken(p.Name, word))
			}
			wrong = append(wrong, refused(p.Name, "nonsense"), refused(p.Name, ""))
		case s.Format == "date-time":
			right = append(right, taken(p.Name, "2026-03-01T12:00:00Z"), taken(p.Name, "2026-03-01T12:00:00.5+01:00"))
			wrong = append(wrong, refused(p.Name, "nonsense"), refused(p.Name, "2026-02-30T12:00:00Z"), refused(p.Name, ""))
		case s.Format == "uuid":
			right = append(right, taken(p.Name, uuid.NewString()))
			wrong = append(wrong, refused(p.Name, "nonsense"), refused(p.Name, ""))
		case s.Pattern != "" && s.MaxLength == nil:
			wrong = append(wrong, refused(p.Name, "!"), refused(p.Name, "Nonsense"), refused(p.Name, ""))
			for _, n := range lengths(s) {
				right = append(right, taken(p.Name, strings.Repeat("a", n)))
				wrong = append(wrong, refused(p.Name, strings.Repeat("a", n+100)))
			}
		case s.MaxLength != nil:
			if example, ok := p.Example.(string); ok && k.asked[p.Name] == nil {
				right = append(right, taken(p.Name, example))
			}
			// A length that base64 may have.
			wrong = append(wrong, refused(p.Name, strings.Repeat("A", int(*s.MaxLength)+4)), refused(p.Name, "!"), refused(p.Name, ""))
		case s.Type.Is("string"): // any text
		default:
			t.Errorf("%s: no values are known for the parameter %s", k.id, p.Name)
		}
	}
	more, fewer := k.pairs(t)
	return k.butRefused(k.live(t, append(right, more...))), append(wrong, fewer...)
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
	if k.parameter("query", "environment") != nil && k.parameter("query", "test_mode") != nil {
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
// users, backends and Stripe are told so, and developers find nothing there,
// which is an empty list, or an answer where the path names what is of test mode.
func (k known) live(t *testing.T, variants []variant) []variant {
	t.Helper()
	for i, v := range variants {
		if !strings.Contains(v.name, "test_mode=false") && !strings.Contains(v.name, "environment=live") {
			continue
		}
		switch {
		case k.withoutStripe && k.inLive == 0:
		case k.inLive != 0:
			variants[i].status = k.inLive
		case k.sells:
			variants[i].status = http.StatusForbidden // billing is off
		case k.scheme(t) != developer:
			variants[i].status = k.family(t).unconfigured
		case k.namesData():
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
		s := parameter.Schema.Value
		bounds := lengths(s)
		switch {
		case s.Pattern != "":
			wrong = []string{"!", "a%20b", strings.Repeat("a", bounds[len(bounds)-1]+1)}
		case parameter.Name == k.anything:
			wrong = []string{strings.Repeat("a", bounds[len(bounds)-1]+1)}
		case len(bounds) > 0: // of any form: what is wrong names nothing
			wrong = nil
		}
		if len(bounds) > 0 && parameter.Name != k.anything {
			variants = append(variants, variant{name: parameter.Name + " of nothing", change: instead("nothing"), status: http.StatusNotFound})
		}
		for _, value := range wrong {
			variants = append(variants, variant{parameter.Name + " " + value, instead(value), http.StatusUnprocessableEntity, loc})
		}
		if s.Format == "uuid" {
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
			if p.Required {
				variants = append(variants, variant{p.Name + " missing", func(r *request) { r.header.Del(p.Name) }, http.StatusUnprocessableEntity, loc})
			}
			for name, values := range map[string][]string{
				"empty": {""}, "too long": {strings.Repeat("k", int(*p.Schema.Value.MaxLength)+1)}, "two words": {"a b"},
			} {
				variants = append(variants, variant{p.Name + " " + name, header(p.Name, values...), http.StatusUnprocessableEntity, loc})
			}
		case "If-None-Match": // nothing is wrong
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
