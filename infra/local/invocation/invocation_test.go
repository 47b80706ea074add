package invocation_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"billhook/infra/local/invocation"
	"billhook/infra/local/sam"
)

// Every function of the template has a sample, at a route that it serves.
func TestEveryFunctionHasASample(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	document, err := sam.Read(filepath.Join(root, sam.TemplateName))
	if err != nil {
		t.Fatal(err)
	}
	functions, err := document.Functions(sam.Values{
		Region: "us-east-1", AccountID: "000000000000", StackName: "billhook",
		Ref:    func(string) (string, bool) { return "value", true },
		GetAtt: func(string, string) (string, bool) { return "value", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range functions {
		if len(f.Routes) == 0 {
			continue // nobody sends it a request
		}
		name := strings.ToLower(strings.TrimSuffix(f.LogicalID, "Function"))
		sample, err := invocation.Read(filepath.Join(root, "events", "lambda", name+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		served := slices.ContainsFunc(f.Routes, func(r sam.Route) bool { return r.Key() == sample.RouteKey })
		if !served && (!f.FunctionURL || sample.RouteKey != "$default") {
			t.Errorf("%s does not serve its sample's route %q", f.LogicalID, sample.RouteKey)
		}
	}
}
