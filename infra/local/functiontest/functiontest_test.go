package functiontest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// Whatever a function's test uses for a secret must be found where it leaks,
// and what is shown of a secret must not be taken for one.
func TestSecretsAreFound(t *testing.T) {
	t.Parallel()
	w := New(t)
	secrets := map[string]string{
		"developer token": w.Developer("dev"),
		"end user token":  w.EndUser(uuid.New(), "user"),
		"JWT secret":      jwtSecret,
		"restricted key":  "rk_live_canary",
	}
	for _, m := range []billing.Mode{billing.Test, billing.Live} {
		c := Credentials(m)
		secrets[string(m)+" secret key"] = c.SecretKey.Reveal()
		secrets[string(m)+" publishable key"] = c.PublishableKey.Reveal()
		secrets[string(m)+" webhook secret"] = c.WebhookSecrets[0].Value.Reveal()
	}
	for name, secret := range secrets {
		for _, text := range []string{secret, `{"error": "Invalid key: ` + secret + `."}`, "Authorization: Bearer " + secret + "\n"} {
			if leaked([]byte(text)) == "" {
				t.Errorf("%s was not found in %s", name, text)
			}
		}
		if shown := billing.Mask(billing.Secret(secret)); !strings.HasSuffix(name, "token") && name != "JWT secret" && leaked([]byte(shown)) != "" {
			t.Errorf("%s: %s was taken for a secret", name, shown)
		}
	}
	for _, harmless := range []string{"", "sk_test_...4242", "whsec_...", "cs_test_a1M4TYBb", "task_test_x", "Bearer", billing.Secret("x").String()} {
		if found := leaked([]byte(harmless)); found != "" {
			t.Errorf("%q was taken for a secret", found)
		}
	}
}

// leaky is a handler that gives away what it was sent.
func leaky(w *World) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.Function.Log.Info("request", "authorization", r.Header.Get("Authorization"))
		_, _ = rw.Write([]byte(r.Header.Get("X-Key")))
	})
}

// What is logged, answered and stored ends up where it is searched.
func TestEveryPlaceIsSearched(t *testing.T) {
	t.Parallel()
	w := &World{Account: NewAccount(t), Clock: newClock(), log: &transcript{}, answers: &transcript{}}
	w.CreateTable(t)
	w.CreateSecret(t, jwtSecretID, jwtSecret)
	w.Function = w.NewInstance(t)
	w.Do(t, leaky(w), Request{Method: http.MethodGet, Path: "/", Token: w.Developer("dev"), Header: http.Header{"X-Key": {"sk_test_canary"}}})
	for place, text := range map[string][]byte{"log": w.log.bytes(), "answers": w.answers.bytes()} {
		if leaked(text) == "" {
			t.Errorf("nothing was found in the %s: %s", place, text)
		}
	}
	if err := w.Function.Table.CreateProject(t.Context(), billing.Project{ID: uuid.New(), Owner: "dev", Name: "whsec_canary"}); err != nil {
		t.Fatal(err)
	}
	if leaked(w.storedText(t)) == "" {
		t.Error("nothing was found in the table")
	}
}

func TestInterceptionAndCounting(t *testing.T) {
	t.Parallel()
	a := NewAccount(t)
	table := a.CreateTable(t)
	client := dynamodb.NewFromConfig(a.Config)
	put := func() error {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "a"}, "SK": &types.AttributeValueMemberS{Value: "b"},
		}})
		return err
	}
	a.Intercept(Failing("PutItem", &types.InternalServerError{}))
	if err := put(); err == nil || len(a.Items(t)) != 0 {
		t.Errorf("an operation that fails: %v", err)
	}
	a.Intercept(func(ctx context.Context, _ string, input any, next Next) (any, error) {
		in, ok := input.(*dynamodb.PutItemInput)
		if !ok {
			return next(ctx, input)
		}
		in.Item["PK"] = &types.AttributeValueMemberS{Value: "changed"}
		return next(ctx, in)
	})
	if err := put(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]Item{"changed b": {"PK": "changed", "SK": "b"}}, a.Items(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	a.Intercept(nil)
	if _, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"PutItem": 2, "Scan": 1}, a.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if n := a.scans(); n != 1 {
		t.Errorf("%d scans were noticed, want 1", n)
	}
}

// A token that is said to be good is: otherwise the refusal of bad ones would
// prove nothing.
func TestTokensAreGood(t *testing.T) {
	t.Parallel()
	w := New(t)
	project := uuid.New()
	for name, c := range map[string]struct {
		token string
		role  identity.Role
		want  identity.Caller
	}{
		"developer": {w.Developer("dev"), identity.Developer, identity.Caller{Subject: "dev", Role: identity.Developer, Tenant: "dev"}},
		"end user": {w.EndUser(project, "user"), identity.EndUser, identity.Caller{
			Subject: "user", Role: identity.EndUser, Tenant: "user", Project: project, Email: "user@example.com",
		}},
	} {
		var got identity.Caller
		h := w.Function.For(c.role, w.Function.Answer, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = identity.From(r.Context()) }))
		if answer := w.Do(t, h, Request{Method: http.MethodGet, Path: "/", Token: c.token}); answer.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestStripeKeepsRequests(t *testing.T) {
	t.Parallel()
	s := NewStripe(t, Answering(http.StatusTeapot, `{}`, "Retry-After", "3"))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/customers", strings.NewReader("email=a%40b.example"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer key")
	r.Header.Set("Idempotency-Key", "once")
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, r)
	if recorder.Code != http.StatusTeapot || recorder.Header().Get("Retry-After") != "3" {
		t.Errorf("answered %d, %v", recorder.Code, recorder.Header())
	}
	want := []StripeRequest{{Operation: "POST /v1/customers", Key: "key", IdempotencyKey: "once", Form: map[string][]string{"email": {"a@b.example"}}}}
	if diff := cmp.Diff(want, s.Requests()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := s.Requests(); len(again) != 0 {
		t.Errorf("kept: %v", again)
	}
}
