package sam_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/sam"
)

func values() sam.Values {
	return sam.Values{
		Parameters: map[string]string{"Required": "given"},
		Region:     "eu-central-1",
		AccountID:  "123456789012",
		StackName:  "stack",
		Ref: func(logicalID string) (string, bool) {
			known := map[string]string{"Table": "items", "Api": "api-id"}
			value, ok := known[logicalID]
			return value, ok
		},
		GetAtt: func(logicalID, attribute string) (string, bool) {
			return "arn:" + logicalID, logicalID == "Queue" && attribute == "Arn"
		},
	}
}

func read(t *testing.T, path string) *sam.Document {
	t.Helper()
	document, err := sam.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	got, err := read(t, "testdata/template.yaml").Functions(values())
	if err != nil {
		t.Fatal(err)
	}
	want := []sam.Function{
		{
			LogicalID: "FirstFunction", Handler: "bootstrap", Timeout: 10 * time.Second, MemoryMB: 512,
			Environment: map[string]string{
				"TABLE_NAME": "items", "SHARED": "own", "NUMBER": "7", "SWITCH": "true",
				"SUB": "stack/dev/${literal}/arn:Queue", "SUB_WITH_OWN": "a+b-dev", "LONG_FORM": "dev-b",
				"MAPPED": "DEBUG", "CHOSEN": "yes", "OTHER": "no", "REQUIRED": "given",
				"FIRST_ORIGIN": "https://a.example", "ATTRIBUTE": "arn:Queue", "EMPTY": "",
			},
			Routes: []sam.Route{
				{Event: "List", Method: "GET", Path: "/items/"},
				{Event: "Files", Method: "ANY", Path: "/files/{proxy+}"},
			},
			Schedules: []sam.Schedule{{Event: "Nightly", Every: 24 * time.Hour}},
		},
		{
			LogicalID: "SecondFunction", Handler: "bootstrap", Timeout: 29 * time.Second, MemoryMB: 512,
			Environment: map[string]string{"TABLE_NAME": "items", "SHARED": "global"},
			Routes:      []sam.Route{{Event: "Rest", Path: "$default"}},
			FunctionURL: true,
			URLCors:     &sam.CORS{AllowOrigins: []string{"*"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParametersAndConditions(t *testing.T) {
	t.Parallel()
	prod := values()
	prod.Parameters = map[string]string{"Required": "given", "Stage": "prod"}
	functions, err := read(t, "testdata/template.yaml").Functions(prod)
	if err != nil {
		t.Fatal(err)
	}
	if len(functions) != 3 || functions[2].LogicalID != "ProdFunction" {
		t.Fatalf("functions = %v, want the conditional one too", functions)
	}
	got := functions[0].Environment
	for name, want := range map[string]string{"LEFT_OUT": "set", "CHOSEN": "no", "OTHER": "yes", "MAPPED": "WARN"} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	got, err := read(t, "testdata/template.yaml").API(values())
	if err != nil {
		t.Fatal(err)
	}
	want := sam.HTTPAPI{LogicalID: "Api", CORS: &sam.CORS{
		AllowOrigins: []string{"https://a.example", "https://b.example"},
		AllowMethods: []string{"GET", "POST"},
		MaxAge:       600,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	got, err := read(t, "testdata/template.yaml").Table(values())
	if err != nil {
		t.Fatal(err)
	}
	want := sam.Table{
		LogicalID:   "Table",
		Name:        "stack-items",
		BillingMode: "PAY_PER_REQUEST",
		Attributes:  []sam.Attribute{{"PK", "S"}, {"SK", "S"}, {"GSI1PK", "S"}},
		Key:         []sam.KeyElement{{"PK", "HASH"}, {"SK", "RANGE"}},
		Indexes: []sam.Index{{
			Name:             "GSI1",
			Key:              []sam.KeyElement{{"GSI1PK", "HASH"}, {"SK", "RANGE"}},
			Projection:       "INCLUDE",
			NonKeyAttributes: []string{"status"},
		}},
		TTLAttribute: "expires_at",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	got, err := read(t, "testdata/template.yaml").Secrets(values())
	if err != nil {
		t.Fatal(err)
	}
	want := []sam.Secret{{LogicalID: "TokenSecret", Name: "stack/token", Length: 64}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// function is a template with one function of the given properties, which are
// indented as under Properties.
func function(properties string) string {
	return "Resources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n" + properties
}

func TestErrorsNameTheResourceAndTheProperty(t *testing.T) {
	t.Parallel()
	variable := func(value string) string {
		return function("      Environment:\n        Variables:\n          NAME: " + value + "\n")
	}
	tests := []struct {
		name, template string
		want           []string // parts of the message
	}{
		{"unknown reference", variable("!Ref Nothing"), []string{"t.yaml:6", "Resources.Fn.Properties.Environment", "NAME", "!Ref Nothing"}},
		{"unknown attribute", variable("!GetAtt Fn2.Arn"), []string{"Resources.Fn.Properties.Environment", "NAME", "!GetAtt Fn2.Arn"}},
		{"unknown in Sub", variable("!Sub a${B.C}"), []string{"NAME", "${B.C}"}},
		{"unsupported function", variable("!ImportValue x"), []string{"NAME", "ImportValue is not supported"}},
		{"dynamic reference", variable("'{{resolve:ssm:x}}'"), []string{"Environment.Variables.NAME", "dynamic references"}},
		{"unknown condition", variable("!If [None, a, b]"), []string{"NAME", "no condition None"}},
		{"Select out of range", variable("!Select [3, [a]]"), []string{"NAME", "index 3 of a list of 1"}},
		{"missing argument", variable("!Equals [a]"), []string{"NAME", "want a list of 2"}},
		{"list for a string", variable("!Split [a, b]"), []string{"Resources.Fn"}},
		{"word for a number", function("      Timeout: soon\n"), []string{"Resources.Fn", "soon"}},
		{"parameter without a value", "Parameters:\n  P:\n    Type: String\n" + variable("!Ref P"), []string{"NAME", "parameter P"}},
		{"condition of itself", "Conditions:\n  C: !Not [!Condition C]\n" + variable("!If [C, a, b]"), []string{"condition C refers to itself"}},
		{"URL that needs IAM", function("      FunctionUrlConfig:\n        AuthType: AWS_IAM\n"), []string{"Resources.Fn.Properties.FunctionUrlConfig", "NONE"}},
		{"REST API", function("      Events:\n        E:\n          Type: Api\n"), []string{"Resources.Fn.Properties.Events.E", "REST"}},
		{"schedule by the clock", function("      Events:\n        E: {Type: Schedule, Properties: {Schedule: \"cron(0 8 * * ? *)\"}}\n"), []string{"Resources.Fn.Properties.Events.E", "only rates"}},
		{"route twice", function("      Events:\n        A: {Type: HttpApi}\n        B: {Type: HttpApi}\n"), []string{`route "$default"`, "Fn"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			document, err := sam.Parse("t.yaml", []byte(test.template))
			if err != nil {
				t.Fatal(err)
			}
			_, err = document.Functions(sam.Values{})
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestParseRefusesWhatIsNoTemplate(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"not YAML": "a: [", "a list": "- a", "empty": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := sam.Parse("t.yaml", []byte(content)); err == nil || !strings.Contains(err.Error(), "t.yaml") {
				t.Errorf("err = %v, want one that names the file", err)
			}
		})
	}
}

func TestFindRoot(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := sam.FindRoot(deep); err == nil {
		t.Error("found a template where there is none")
	}
	if err := os.WriteFile(filepath.Join(root, sam.TemplateName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := sam.FindRoot(deep); err != nil || got != root {
		t.Errorf("root = %q (%v), want %q", got, err, root)
	}
}

// The repository's own template resolves with what the local stack knows.
func TestRepositoryTemplate(t *testing.T) {
	t.Parallel()
	root, err := sam.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	document := read(t, filepath.Join(root, sam.TemplateName))
	known := sam.Values{
		Region: "us-east-1", AccountID: "000000000000", StackName: "billhook",
		Ref:    func(logicalID string) (string, bool) { return logicalID, true },
		GetAtt: func(logicalID, attribute string) (string, bool) { return logicalID + "." + attribute, true },
	}
	functions, err := document.Functions(known)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, function := range functions {
		names = append(names, function.LogicalID)
		if len(function.Routes)+len(function.Schedules) == 0 || function.Environment["TABLE_NAME"] != "Table" || function.Handler != "bootstrap" {
			t.Errorf("%+v: want routes or schedules, the table's name and the handler from Globals", function)
		}
	}
	for _, want := range []string{"ConfigFunction", "CheckoutFunction", "SubscriptionFunction", "AccessFunction", "StatsFunction", "EventsFunction", "WebhooksFunction", "ReconcileFunction"} {
		if !slices.Contains(names, want) {
			t.Errorf("functions = %v, want %s among them", names, want)
		}
	}
	table, err := document.Table(known)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]sam.KeyElement{{"PK", "HASH"}, {"SK", "RANGE"}}, table.Key); diff != "" || table.TTLAttribute != "expires_at" {
		t.Errorf("time to live %q, key (-want +got):\n%s", table.TTLAttribute, diff)
	}
	if _, err := document.API(known); err != nil {
		t.Error(err)
	}
	if _, err := document.Secrets(known); err != nil {
		t.Error(err)
	}
}
