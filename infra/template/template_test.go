package template_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"billhook/infra/template"
)

const root = "../.."

// code is what the rules know of the functions' code.
type code struct {
	needs   map[string][]template.Need
	metrics map[template.Metric]bool
}

func read(t *testing.T) code {
	t.Helper()
	loaded, err := template.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	var c code
	if c.needs, err = loaded.Needs(); err != nil {
		t.Fatal(err)
	}
	if c.metrics, err = loaded.Metrics(); err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	mainTemplate = root + "/template.yaml"
	monitoring   = root + "/infra/monitoring.yaml"
)

// faults are those of the templates in which one text is replaced.
func (c code) faults(t *testing.T, file, from, to string) []string {
	t.Helper()
	parse := func(path string) template.Document {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if path == file {
			changed := bytes.Replace(text, []byte(from), []byte(to), 1)
			if bytes.Equal(changed, text) {
				t.Fatalf("%s has no %q to change", path, from)
			}
			text = changed
		}
		d, err := template.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	both := template.Templates{Main: parse(mainTemplate), Monitoring: parse(monitoring)}
	faults := template.Policies(both.Main, c.needs)
	faults = append(faults, template.Alarms(both, c.metrics, root)...)
	return append(faults, template.Settings(both)...)
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	c := read(t)
	c.found(t)
	if faults := c.faults(t, "", "", ""); len(faults) > 0 {
		t.Fatalf("the templates have faults:\n%s", strings.Join(faults, "\n"))
	}
	// A rule that no bad template breaks would say nothing about a good one.
	for name, bad := range badTemplates {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faults := c.faults(t, bad.file, bad.from, bad.to)
			if !strings.Contains(strings.Join(faults, "\n"), bad.want) {
				t.Errorf("faults %q, want one with %q", faults, bad.want)
			}
		})
	}
}

// found checks that the analysis finds what is known to be there: else it would
// prove nothing.
func (c code) found(t *testing.T) {
	t.Helper()
	for function, want := range map[string]template.Need{
		"webhooks": {Action: "dynamodb:ConditionCheckItem", On: "the table"},                    // in a transaction
		"stats":    {Action: "dynamodb:Query", On: "the table's indexes"},                       // by a name that is set
		"config":   {Action: "secretsmanager:TagResource", On: "the stack's Stripe secrets"},    // by tags that are set
		"checkout": {Action: "secretsmanager:GetSecretValue", On: "the stack's Stripe secrets"}, // behind interfaces
		"access":   {Action: "secretsmanager:GetSecretValue", On: "the entitlements secret"},    // by the vault's method
	} {
		if !slices.Contains(c.needs[function], want) {
			t.Errorf("%s needs %v, want %v among it", function, c.needs[function], want)
		}
	}
}
