package api_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	gocmp "github.com/google/go-cmp/cmp"

	"billhook/infra/local/sam"
)

// What is promised (openapi.yaml), deployed (template.yaml) and served (the
// functions' generated routes) must be the same operations, at the same
// functions.
func TestRoutesAgree(t *testing.T) {
	t.Parallel()
	promised := promisedRoutes(t)
	if len(promised) == 0 {
		t.Fatal("openapi.yaml names no operation")
	}
	if diff := gocmp.Diff(promised, deployedRoutes(t)); diff != "" {
		t.Errorf("openapi.yaml (-) and template.yaml (+) differ:\n%s", diff)
	}
	if diff := gocmp.Diff(promised, servedRoutes(t)); diff != "" {
		t.Errorf("openapi.yaml (-) and the functions' routes (+) differ:\n%s", diff)
	}
}

// route is one operation: which function serves what.
type route struct{ Function, Method, Path string }

func sorted(routes []route) []route {
	slices.SortFunc(routes, func(a, b route) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method), cmp.Compare(a.Function, b.Function))
	})
	return routes
}

func promisedRoutes(t *testing.T) []route {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	var routes []route
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			if len(operation.Tags) != 1 {
				t.Errorf("%s %s: one tag names its function, got %v", method, path, operation.Tags)
				continue
			}
			routes = append(routes, route{operation.Tags[0], method, path})
		}
	}
	return sorted(routes)
}

func deployedRoutes(t *testing.T) []route {
	t.Helper()
	document, err := sam.Read("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := func(string) (string, bool) { return "value", true }
	functions, err := document.Functions(sam.Values{
		Region: "us-east-1", AccountID: "000000000000", StackName: "billhook",
		Ref:    known,
		GetAtt: func(string, string) (string, bool) { return "value", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	var routes []route
	for _, f := range functions {
		name := strings.ToLower(strings.TrimSuffix(f.LogicalID, "Function"))
		if name == "console" {
			continue // it serves pages, no API
		}
		for _, r := range f.Routes {
			routes = append(routes, route{name, r.Method, r.Path})
		}
	}
	return sorted(routes)
}

// pattern is a route in generated code, such as
// m.HandleFunc(http.MethodGet+" "+options.BaseURL+"/api/v1/projects/{$}", …).
var pattern = regexp.MustCompile(`HandleFunc\(http\.Method(\w+)\+" "\+options\.BaseURL\+"([^"]+)"`)

func servedRoutes(t *testing.T) []route {
	t.Helper()
	files, err := filepath.Glob("../../functions/*/server.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes []route
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(code), -1) {
			routes = append(routes, route{
				filepath.Base(filepath.Dir(file)), strings.ToUpper(m[1]), strings.TrimSuffix(m[2], "{$}"),
			})
		}
	}
	return sorted(routes)
}
