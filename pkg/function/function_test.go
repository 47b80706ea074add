package function_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/tokens"
	"billhook/pkg/billing"
	"billhook/pkg/function"
	"billhook/pkg/identity"
	"billhook/pkg/store"
	"billhook/pkg/telemetry"
	"billhook/pkg/web"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

const jwtSecret = "a secret of thirty-two bytes or more"

type fixedSecret struct{}

func (fixedSecret) Secret(context.Context, string) (billing.Secret, error) { return jwtSecret, nil }

// The frame's parts work on each other's results, so their order matters: a
// caller is known before an Idempotency-Key is taken, and a body is JSON.
func TestFor(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	log := telemetry.NewLogger(io.Discard, "")
	callers, err := identity.NewVerifier(identity.Config{Algorithm: "HS256", SecretID: "jwt"}, fixedSecret{}, now)
	if err != nil {
		t.Fatal(err)
	}
	f := &function.Function{
		Log: log, Answer: web.NewErrors(log), Table: store.Open(dynamodbtest.New(t)), Callers: callers, Now: now,
	}
	calls := 0
	handler := f.For(identity.Developer, f.Answer, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if subject, key := identity.From(r.Context()).Subject, r.Header.Get("Idempotency-Key"); subject != "dev_1" || key != "key-1" {
			t.Errorf("the operation saw %q and the key %q", subject, key)
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, calls)
	}))
	issuer := tokens.Issuer{Secret: jwtSecret, Life: time.Hour, Now: now}
	developer, err := issuer.Developer("dev_1")
	if err != nil {
		t.Fatal(err)
	}
	user, err := issuer.EndUser("user_1", "51aa0000-0000-4000-8000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Status int
		Body   string
	}
	// One after another: the same key all along.
	for _, step := range []struct {
		name, token, body string
		want              answer
	}{
		{"nobody", "", "{}", answer{401, `{"detail":"Could not validate credentials"}` + "\n"}},
		{"a caller of another role", user, "{}", answer{403, `{"detail":"You do not have permission to access this resource"}` + "\n"}},
		{"a body too large", developer, strings.Repeat("x", web.MaxBody+1), answer{413, `{"detail":"The body is larger than 1048576 bytes"}` + "\n"}},
		{"a body that is no JSON", developer, "{", answer{422, `{"detail":[{"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]}` + "\n"}},
		{"first", developer, "{}", answer{201, "1"}},
		{"again", developer, "{}", answer{201, "1"}},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/things", strings.NewReader(step.body))
		r.Header.Set("Idempotency-Key", "key-1")
		if step.token != "" {
			r.Header.Set("Authorization", "Bearer "+step.token)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if diff := cmp.Diff(step.want, answer{w.Code, w.Body.String()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}
