package sandbox_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"billhook/infra/local/stripebox/object"
)

// recordings are requests to Stripe with their answers, kept outside of the
// repository, one file each: VERSION__CASE__NUMBER.json.
var recordings = filepath.Join("..", "..", "..", "..", "..", "shared", "stripe-data", "recorded")

// leastMatched is how many recorded pairs the sandbox answers as Stripe did. It
// only grows.
const leastMatched = 183

// pair is one recorded request with its answer.
type pair struct {
	Version  string         `json:"stripe_version"`
	Method   string         `json:"method"`
	URI      string         `json:"uri"`
	Body     string         `json:"request_body"`
	Status   int            `json:"status"`
	Response map[string]any `json:"response"`
	file     string
}

// What Stripe answered when it was recorded, the sandbox answers: the same
// status, the same type and code of error, the same fields.
func TestRecordedTraffic(t *testing.T) {
	t.Parallel()
	cases := readRecordings(t)
	replayed, matched := 0, 0
	skipped := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		r := &replay{box: newBox(t), ids: map[string]string{
			"small-monthly": "price_pro_monthly", "small-annual": "price_pro_yearly", "default": "price_pro_monthly",
		}}
		for _, p := range cases[name] {
			difference, reason := r.run(p)
			switch {
			case reason != "":
				skipped[reason]++
				continue
			case difference == "":
				matched++
			default:
				t.Logf("%s: %s %s differs:\n%s", p.file, p.Method, p.URI, difference)
			}
			replayed++
		}
	}
	t.Logf("%d replayed, %d matched", replayed, matched)
	for _, reason := range slices.Sorted(maps.Keys(skipped)) {
		t.Logf("%d skipped: %s", skipped[reason], reason)
	}
	if matched < leastMatched {
		t.Errorf("%d pairs match, %d did before", matched, leastMatched)
	}
}

// readRecordings are the pairs of each case, in their order.
func readRecordings(t *testing.T) map[string][]pair {
	t.Helper()
	files, err := fs.Glob(os.DirFS(recordings), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("there are no recordings in %s", recordings)
	}
	cases := map[string][]pair{}
	for _, file := range files { // sorted by name
		data, err := os.ReadFile(filepath.Join(recordings, file))
		if err != nil {
			t.Fatal(err)
		}
		p := pair{file: file}
		if err := json.Unmarshal(data, &p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := file[:strings.LastIndex(file, "__")]
		cases[name] = append(cases[name], p)
	}
	return cases
}

// replay sends the pairs of one case, with the sandbox's ids for Stripe's.
type replay struct {
	*box
	ids      map[string]string
	customer string // the last one that was prepared
}

// idPattern finds the ids of resources; test cards such as pm_card_visa are
// the same everywhere.
var idPattern = regexp.MustCompile(`\b(?:cus|pm|sub|si|pi|ch|in|price|prod|acct|tr|seti)_[A-Za-z0-9]{8,}\b|\bsmall-monthly\b|\bsmall-annual\b|\bdefault\b`)

// run says how the sandbox's answer differs, or why the pair cannot be sent.
func (r *replay) run(p pair) (difference, skipped string) {
	r.t.Helper()
	target, err := url.Parse(p.URI)
	r.must(err)
	if strings.Contains(p.Body, "<PADDLE_API_KEY>") {
		return "", "the request was damaged when it was recorded"
	}
	if p.Status < http.StatusBadRequest {
		if missing := r.prepare(target.Path + "&" + p.Body); missing != "" {
			return "", "it needs a " + missing + " that was made before the recording"
		}
	}
	r.use("sk_test_first")
	if p.Status == http.StatusUnauthorized {
		r.use("sk_test_invalid")
	}
	body := p.Body
	if p.Method == http.MethodGet {
		body = "" // the recorder kept the body of the request before
	}
	version := object.APIVersion
	if target.Path == "/v1/invoice_payments" { // which this version has not
		version = object.CloverVersion
	}
	got := r.do(p.Method, r.translate(target.Path)+"?"+r.translate(target.RawQuery), r.translate(body), "Stripe-Version", version)
	if strings.Contains(got.body, "Unrecognized request URL") {
		return "", "the sandbox does not serve " + p.Method + " " + idPattern.ReplaceAllString(target.Path, "{id}")
	}
	var answer map[string]any
	r.must(json.Unmarshal([]byte(got.body), &answer))
	r.learn(p.Response, answer)
	return compare(p, got.status, answer), ""
}

// prepare makes the customers and cards that a case began with. It returns the
// kind of what it cannot make.
func (r *replay) prepare(request string) string {
	r.t.Helper()
	for _, id := range idPattern.FindAllString(request, -1) {
		kind, _, _ := strings.Cut(id, "_")
		switch {
		case r.ids[id] != "":
		case kind == "cus":
			r.ids[id] = walk{r.box}.post("/v1/customers", "email=jenny@example.com")
			r.customer = r.ids[id]
		case kind == "pm" && r.customer != "":
			r.ids[id] = walk{r.box}.post("/v1/payment_methods/pm_card_visa/attach", "customer="+r.customer)
		case kind == "acct":
			r.ids[id] = r.seller()
		default:
			return kind
		}
	}
	return ""
}

// translate replaces Stripe's ids by the sandbox's.
func (r *replay) translate(text string) string {
	return idPattern.ReplaceAllStringFunc(text, func(id string) string { return cmp.Or(r.ids[id], id) })
}

// learn notes which of the sandbox's ids stands for which of Stripe's: those in
// the same place of the same answer.
func (r *replay) learn(recorded, answered any) {
	switch recorded := recorded.(type) {
	case map[string]any:
		hash, _ := answered.(map[string]any)
		for key, value := range recorded {
			r.learn(value, hash[key])
		}
	case []any:
		list, _ := answered.([]any)
		for i := range min(len(recorded), len(list)) {
			r.learn(recorded[i], list[i])
		}
	case string:
		id, _ := answered.(string)
		if idPattern.FindString(recorded) == recorded && id != "" && r.ids[recorded] == "" {
			r.ids[recorded] = id
		}
	}
}

// compare is empty when the sandbox answers as Stripe did.
func compare(p pair, status int, answer map[string]any) string {
	if diff := gocmp.Diff(p.Status, status); diff != "" {
		return fmt.Sprintf("status (-Stripe +sandbox)\n%s%v", diff, answer["error"])
	}
	if failure, failed := p.Response["error"].(map[string]any); failed {
		refused, _ := answer["error"].(map[string]any)
		return gocmp.Diff([]any{failure["type"], failure["code"]}, []any{refused["type"], refused["code"]})
	}
	if p.Version == object.APIVersion {
		return gocmp.Diff(keys(p.Response), keys(answer))
	}
	return gocmp.Diff(fields(p.Response), fields(answer))
}

// fields are the names of a resource's fields without those that not every
// version has.
func fields(resource map[string]any) []string {
	kind, _ := resource["object"].(string)
	return slices.DeleteFunc(keys(resource), func(name string) bool { return slices.Contains(changedFields[kind], name) })
}

// changedFields are the fields that Stripe added to or took from a resource in the
// versions that were recorded, 2020-08-27 to 2026-03-25.dahlia.
var changedFields = map[string][]string{
	"customer":       {"customer_account", "test_clock"},
	"payment_method": {"allow_redisplay", "customer_account"},
	"setup_intent":   {"automatic_payment_methods", "flow_directions", "latest_attempt", "payment_method_configuration_details"},
	"payment_intent": {
		"amount_details", "automatic_payment_methods", "charges", "latest_charge", "payment_method_configuration_details", "processing",
	},
	"subscription": {
		"application", "automatic_tax", "billing_cycle_anchor_config", "cancellation_details", "currency", "description", "discounts",
		"invoice_settings", "on_behalf_of", "payment_settings", "test_clock", "trial_settings",
	},
}
