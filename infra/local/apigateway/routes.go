package apigateway

import (
	"fmt"
	"slices"
	"strings"

	"billhook/infra/local/sam"
)

// routes are ordered from the most specific to the least: literal before
// {variable} before {proxy+}, segment by segment, then a method before ANY;
// $default comes last.
type routes []compiledRoute

type compiledRoute struct {
	route    sam.Route
	function Invoker
	segments []segment
}

type segment struct {
	kind segmentKind
	text string // the literal, or the variable's name
}

// segmentKind orders segments by how specific they are.
type segmentKind int

const (
	literal segmentKind = iota
	variable
	greedy
)

// match is a route that a request has been found to belong to.
type match struct {
	route      sam.Route
	function   Invoker
	parameters map[string]string
}

func newRoutes(integrations []Integration) (routes, error) {
	var table routes
	for _, integration := range integrations {
		compiled := compiledRoute{route: integration.Route, function: integration.Function}
		if !isDefault(integration.Route) {
			var err error
			if compiled.segments, err = parsePath(integration.Route.Path); err != nil {
				return nil, fmt.Errorf("route %q: %w", integration.Route.Key(), err)
			}
		}
		table = append(table, compiled)
	}
	slices.SortStableFunc(table, compareSpecificity)
	return table, nil
}

func isDefault(route sam.Route) bool { return route.Path == "$default" }

func parsePath(path string) ([]segment, error) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, fmt.Errorf("path %q does not start with a slash", path)
	}
	parts := strings.Split(rest, "/")
	segments := make([]segment, len(parts))
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") || !strings.HasSuffix(part, "}") {
			segments[i] = segment{literal, part}
			continue
		}
		name, isGreedy := strings.CutSuffix(part[1:len(part)-1], "+")
		segments[i] = segment{variable, name}
		if isGreedy {
			segments[i].kind = greedy
			if i != len(parts)-1 {
				return nil, fmt.Errorf("path %q: {%s+} must come last", path, name)
			}
		}
	}
	return segments, nil
}

func compareSpecificity(a, b compiledRoute) int {
	if isDefault(a.route) != isDefault(b.route) {
		if isDefault(a.route) {
			return 1
		}
		return -1
	}
	for i := range min(len(a.segments), len(b.segments)) {
		if order := int(a.segments[i].kind) - int(b.segments[i].kind); order != 0 {
			return order
		}
	}
	// A longer route leaves less to a greedy variable.
	if order := len(b.segments) - len(a.segments); order != 0 {
		return order
	}
	return methodRank(a.route) - methodRank(b.route)
}

func methodRank(route sam.Route) int {
	if route.Method == "ANY" {
		return 1
	}
	return 0
}

// match finds the most specific route. Segments match exactly and never empty,
// so a trailing slash makes another path, as it does on API Gateway.
func (t routes) match(method, path string) (match, bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, candidate := range t {
		if isDefault(candidate.route) {
			return match{candidate.route, candidate.function, nil}, true
		}
		if candidate.route.Method != method && candidate.route.Method != "ANY" {
			continue
		}
		if parameters, ok := matchSegments(candidate.segments, parts); ok {
			return match{candidate.route, candidate.function, parameters}, true
		}
	}
	return match{}, false
}

func matchSegments(segments []segment, parts []string) (map[string]string, bool) {
	parameters := map[string]string{}
	for i, want := range segments {
		if i >= len(parts) {
			return nil, false
		}
		switch want.kind {
		case literal:
			if parts[i] != want.text {
				return nil, false
			}
		case variable:
			if parts[i] == "" {
				return nil, false
			}
			parameters[want.text] = parts[i]
		case greedy:
			rest := strings.Join(parts[i:], "/")
			parameters[want.text] = rest
			return parameters, rest != ""
		}
	}
	return parameters, len(parts) == len(segments)
}
