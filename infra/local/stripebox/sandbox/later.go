package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// What object.CloverVersion has and object.APIVersion has not: invoice payments, and coupons
// that are named instead of embedded.

// laterEvents is how the types of the events begin that only object.CloverVersion has.
const laterEvents = "invoice_payment."

// isLater reports whether only endpoints and requests in object.CloverVersion
// are told of events of the type.
func isLater(eventType string) bool { return strings.HasPrefix(eventType, laterEvents) }

// onlyIn serves requests in one version; in any other the path does not exist.
func (s *Server) onlyIn(only string, run http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if version, err := requestVersion(r); err == nil && version != only {
			s.serveUnknown(w, r)
			return
		}
		run(w, r)
	}
}

// laterExpansions refuses to expand what the version of the answer has not, and
// sets aside the paths that exist only once the answer is rendered.
func (c *call) laterExpansions(paths []string) (now, later []string, err error) {
	for _, path := range paths {
		switch {
		case c.version == object.CloverVersion && (strings.HasSuffix(path, "source.coupon") || strings.HasSuffix(path, "promotion.coupon")):
			later = append(later, path)
		case c.version != object.CloverVersion && slices.Contains(strings.Split(path, "."), "payments"):
			return nil, nil, cannotExpand(path)
		default:
			now = append(now, path)
		}
	}
	return now, later, nil
}

func cannotExpand(path string) *apiError {
	return invalid("expand", "", "This property cannot be expanded (%s).", path)
}

// expandLater expands paths of a rendered answer.
func (c *call) expandLater(rendered answer, paths []string) answer {
	if len(paths) == 0 {
		return rendered
	}
	decoder := json.NewDecoder(bytes.NewReader(rendered.body))
	decoder.UseNumber() // amounts stay as they are written
	var value any
	err := decoder.Decode(&value)
	for _, path := range paths {
		if err == nil {
			err = c.expandRendered(value, strings.Split(path, "."), path)
		}
	}
	if err != nil {
		return errorAnswer(err)
	}
	return jsonAnswer(rendered.status, value)
}

// expandRendered replaces the ids on a path through rendered JSON by what they
// refer to.
func (c *call) expandRendered(value any, segments []string, path string) error {
	if elements, isList := value.([]any); isList {
		for i, element := range elements {
			expanded, err := c.resolve(element)
			if err == nil {
				err = c.expandRendered(expanded, segments, path)
			}
			if err != nil {
				return err
			}
			elements[i] = expanded
		}
		return nil
	}
	fields, isHash := value.(map[string]any)
	if !isHash || len(segments) == 0 {
		return nil
	}
	member, found := fields[segments[0]]
	if !found {
		return cannotExpand(path)
	}
	expanded, err := c.resolve(member)
	if err != nil {
		return err
	}
	fields[segments[0]] = expanded
	return c.expandRendered(expanded, segments[1:], path)
}

// resolve is the rendered resource that an id stands for; any other value stays
// as it is.
func (c *call) resolve(value any) (any, error) {
	id, isText := value.(string)
	target := c.lookup(id)
	if !isText || target == nil {
		return value, nil
	}
	rendered, err := object.Render(c.version, encode(target))
	if err != nil {
		return nil, err
	}
	var resource any
	err = json.Unmarshal(rendered, &resource)
	return resource, err
}
