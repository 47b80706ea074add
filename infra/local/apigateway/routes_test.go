package apigateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/sam"
)

func TestRouteMatching(t *testing.T) {
	t.Parallel()
	// From the least specific to the most, so that the order alone decides nothing.
	var integrations []Integration
	for _, route := range []sam.Route{
		{Path: "$default"},
		{Method: "ANY", Path: "/pets/{proxy+}"},
		{Method: "GET", Path: "/pets/{proxy+}"},
		{Method: "GET", Path: "/pets/dogs/{proxy+}"},
		{Method: "ANY", Path: "/pets/{id}"},
		{Method: "GET", Path: "/pets/{id}"},
		{Method: "GET", Path: "/pets/dogs"},
		{Method: "GET", Path: "/pets/{id}/toys/{toy}"},
		{Method: "POST", Path: "/projects/"},
		{Method: "GET", Path: "/"},
	} {
		integrations = append(integrations, Integration{Route: route})
	}
	table, err := newRoutes(integrations)
	if err != nil {
		t.Fatal(err)
	}
	type params = map[string]string
	tests := []struct {
		name, method, path string
		want               string
		parameters         params
	}{
		{"literal before variable", "GET", "/pets/dogs", "GET /pets/dogs", params{}},
		{"variable before greedy", "GET", "/pets/7", "GET /pets/{id}", params{"id": "7"}},
		{"method before ANY", "PUT", "/pets/7", "ANY /pets/{id}", params{"id": "7"}},
		{"two variables", "GET", "/pets/7/toys/ball", "GET /pets/{id}/toys/{toy}", params{"id": "7", "toy": "ball"}},
		{"greedy takes the rest", "GET", "/pets/7/a/b", "GET /pets/{proxy+}", params{"proxy": "7/a/b"}},
		{"longer prefix before greedy", "GET", "/pets/dogs/a/b", "GET /pets/dogs/{proxy+}", params{"proxy": "a/b"}},
		{"greedy with ANY", "PUT", "/pets/7/a", "ANY /pets/{proxy+}", params{"proxy": "7/a"}},
		{"trailing slash", "POST", "/projects/", "POST /projects/", params{}},
		{"trailing slash left out", "POST", "/projects", "$default", nil},
		{"empty variable", "GET", "/pets/", "$default", nil},
		{"root", "GET", "/", "GET /", params{}},
		{"another method", "DELETE", "/", "$default", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, found := table.match(test.method, test.path)
			if !found || got.route.Key() != test.want {
				t.Fatalf("route = %q (%t), want %q", got.route.Key(), found, test.want)
			}
			if diff := cmp.Diff(test.parameters, got.parameters); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadRoutes(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"no slash":             "pets",
		"greedy in the middle": "/pets/{proxy+}/toys",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := newRoutes([]Integration{{Route: sam.Route{Method: "GET", Path: path}}}); err == nil {
				t.Errorf("path %q was accepted", path)
			}
		})
	}
}
