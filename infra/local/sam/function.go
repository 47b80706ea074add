package sam

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Function is an AWS::Serverless::Function with Globals merged in.
type Function struct {
	LogicalID   string
	Handler     string
	Timeout     time.Duration
	MemoryMB    int
	Environment map[string]string
	// Routes are its HttpApi events, and Schedules its Schedule events.
	Routes    []Route
	Schedules []Schedule
	// FunctionURL tells that it has a FunctionUrlConfig; URLCors is that of the URL.
	FunctionURL bool
	URLCors     *CORS
}

// Route is one HttpApi event of a function.
type Route struct {
	// Event is the event's name in the template.
	Event string
	// Method is an HTTP method, "ANY", or empty for the route "$default".
	Method string
	// Path is such as "/items/{id}" or "/files/{proxy+}", or "$default".
	Path string
}

// Key is the route key as API Gateway writes it: "GET /items/{id}" or "$default".
func (r Route) Key() string {
	if r.Path == defaultRoute {
		return defaultRoute
	}
	return r.Method + " " + r.Path
}

const defaultRoute = "$default"

type functionProperties struct {
	Handler     string `yaml:"Handler"`
	Timeout     int    `yaml:"Timeout"`
	MemorySize  int    `yaml:"MemorySize"`
	Environment struct {
		Variables map[string]string `yaml:"Variables"`
	} `yaml:"Environment"`
	FunctionURLConfig *struct {
		AuthType   string          `yaml:"AuthType"`
		InvokeMode string          `yaml:"InvokeMode"`
		Cors       *corsProperties `yaml:"Cors"`
	} `yaml:"FunctionUrlConfig"`
}

// Functions returns the template's functions in the order of the file.
func (d *Document) Functions(values Values) ([]Function, error) {
	e := d.evaluator(values)
	found, err := d.resources(e, "AWS::Serverless::Function")
	if err != nil {
		return nil, err
	}
	var functions []Function
	owner := map[string]string{}
	for _, item := range found {
		function, err := e.function(item)
		if err != nil {
			return nil, err
		}
		for _, route := range function.Routes {
			if other, taken := owner[route.Key()]; taken {
				return nil, fmt.Errorf("%s: route %q belongs to both %s and %s", d.name, route.Key(), other, item.logicalID)
			}
			owner[route.Key()] = item.logicalID
		}
		functions = append(functions, function)
	}
	return functions, nil
}

func (e *evaluator) function(item resource) (Function, error) {
	// Lambda's own defaults, for what neither Globals nor the function sets.
	properties := functionProperties{Timeout: 3, MemorySize: 128}
	err := e.decode(item, &properties, "Handler", "Timeout", "MemorySize", "Environment", "FunctionUrlConfig")
	if err != nil {
		return Function{}, err
	}
	for name, value := range properties.Environment.Variables {
		if strings.Contains(value, "{{resolve:") {
			return Function{}, fmt.Errorf("%s: %s: dynamic references are not resolved locally",
				e.doc.name, item.path("Environment.Variables."+name))
		}
	}
	function := Function{
		LogicalID:   item.logicalID,
		Handler:     properties.Handler,
		Timeout:     time.Duration(properties.Timeout) * time.Second,
		MemoryMB:    properties.MemorySize,
		Environment: properties.Environment.Variables,
	}
	if config := properties.FunctionURLConfig; config != nil {
		if config.AuthType != "NONE" || config.InvokeMode != "" && config.InvokeMode != "BUFFERED" {
			return Function{}, fmt.Errorf("%s: %s: only a buffered URL with AuthType NONE runs locally",
				e.doc.name, item.path("FunctionUrlConfig"))
		}
		function.FunctionURL, function.URLCors = true, config.Cors.cors()
	}
	for _, event := range entries(field(item.node, "Properties", "Events")) {
		route, served, err := e.route(item, event)
		if err != nil {
			return Function{}, err
		}
		if served {
			function.Routes = append(function.Routes, route)
		}
		schedule, scheduled, err := e.schedule(item, event)
		if err != nil {
			return Function{}, err
		}
		if scheduled {
			function.Schedules = append(function.Schedules, schedule)
		}
	}
	return function, nil
}

// route reads an event of type HttpApi; events of other types are not routes.
func (e *evaluator) route(item resource, event entry) (route Route, served bool, err error) {
	path := item.path("Events." + event.key)
	kind, err := e.optional(path+".Type", child(event.value, "Type"))
	if err != nil || kind != "HttpApi" {
		if err == nil && kind == "Api" {
			err = fmt.Errorf("%s: %s: a REST API event is not served locally; use HttpApi", e.doc.name, path)
		}
		return Route{}, false, err
	}
	properties := child(event.value, "Properties")
	method, err := e.optional(path+".Method", child(properties, "Method"))
	if err != nil {
		return Route{}, false, err
	}
	routePath, err := e.optional(path+".Path", child(properties, "Path"))
	if err != nil {
		return Route{}, false, err
	}
	if routePath == "" || routePath == defaultRoute {
		return Route{Event: event.key, Path: defaultRoute}, true, nil
	}
	method = strings.ToUpper(method)
	if method == "" || method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		method = "ANY"
	}
	return Route{Event: event.key, Method: method, Path: routePath}, true, nil
}

// optional evaluates a string that may be absent.
func (e *evaluator) optional(path string, node *yaml.Node) (string, error) {
	if node == nil {
		return "", nil
	}
	value, err := e.at(path, node)
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%s:%d: %s: want a string", e.doc.name, node.Line, path)
	}
	return text, nil
}
