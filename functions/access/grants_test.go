package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/infra/local/functiontest"
	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

func (f fixture) userPath(more string) string {
	return "/v1/dashboard/apps/" + f.project.String() + "/billing/users/" + user + more
}

func (f fixture) aboutUser(t *testing.T, method, more, body string) functiontest.Answer {
	t.Helper()
	return f.Do(t, f.handler, functiontest.Request{Method: method, Path: f.userPath(more), Token: f.Developer(developer), Body: body})
}

func (f fixture) grants(t *testing.T, body string) api.Grant {
	t.Helper()
	answer := f.aboutUser(t, http.MethodPost, "/grants", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	var g api.Grant
	answer.Decode(t, &g)
	return g
}

// allowed is whether the user may export, as the developer is told.
func (f fixture) allowed(t *testing.T, query string) bool {
	t.Helper()
	answer := f.aboutUser(t, http.MethodGet, "/access?feature=export"+query, "")
	var got struct{ Allowed bool }
	if answer.Decode(t, &got); answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	return got.Allowed
}

// A comp: given, seen, kept whatever happens at Stripe, and revoked.
func TestGrantOfAPlan(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	if f.allowed(t, "") {
		t.Fatal("allowed without anything")
	}
	g := f.grants(t, `{"planKey": "gold", "reason": "Spoke at our meetup", "expiresAt": "2100-02-04T09:14:08Z"}`)
	shown := func(active bool, revoked string) string {
		state := `"active": true`
		if !active {
			state = `"active": false`
		}
		return `{"id": "` + g.ID.String() + `", "userId": "` + user + `", "planId": "plan_gold", "features": [], "reason": "Spoke at our meetup", "author": "` + developer + `",
			` + state + `, "createdAt": "2100-02-03T09:14:08Z", "expiresAt": "2100-02-04T09:14:08Z", ` + revoked + `}`
	}
	const whole = `"revokedAt": null, "revokedBy": null`
	f.aboutUser(t, http.MethodGet, "/grants", "").Is(t, 200, `{"grants": [`+shown(true, whole)+`]}`)
	if !f.allowed(t, "") || f.allowed(t, "&environment=live") {
		t.Error("the grant counts in test mode, and there only")
	}
	f.link(t, billing.Test)
	for revision, status := range []billing.SubscriptionStatus{billing.StatusActive, billing.StatusUnpaid, billing.StatusCanceled} {
		f.keep(t, billing.Test, golden(status, func(s *billing.Subscription) { s.Revision = int64(revision) }))
		if !f.allowed(t, "") {
			t.Errorf("not allowed while a subscription is %s", status)
		}
	}
	for range 2 {
		f.aboutUser(t, http.MethodDelete, "/grants/"+g.ID.String(), "").Is(t, 204, "")
		f.Clock.Advance(time.Minute)
	}
	if f.allowed(t, "") {
		t.Error("allowed after the grant was revoked")
	}
	f.aboutUser(t, http.MethodGet, "/grants", "").Is(t, 200,
		`{"grants": [`+shown(false, `"revokedAt": "2100-02-03T09:14:08Z", "revokedBy": "`+developer+`"`)+`]}`)
}

func TestGrantOfFeatures(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.plans(t, billing.Test)
	f.grants(t, `{"features": [{"key": "seats", "limit": 40}, {"key": "beta"}], "reason": "a trial of beta"}`)
	f.aboutUser(t, http.MethodGet, "/entitlements", "").Is(t, 200, `{"plan": {"id": "plan_free", "key": "free", "name": "Free"}, "status": null, "until": null, "features": [
		{"key": "beta", "name": "beta", "description": null, "limit": null, "until": null},
		{"key": "seats", "name": "Seats", "description": null, "limit": 40, "until": null}]}`)
	var got api.Access
	f.aboutUser(t, http.MethodGet, "/access?feature=beta&explain=1", "").Decode(t, &got)
	if len(*got.Reasons) != 2 || (*got.Reasons)[0].Text != "A grant of single features by "+developer+" (a trial of beta) counts until it is revoked." {
		t.Errorf("reasons %+v", got.Reasons)
	}
}

func TestGrantsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var want []uuid.UUID
	for range 3 {
		want = append([]uuid.UUID{f.grants(t, `{"features": [{"key": "beta"}], "reason": "again"}`).ID}, want...)
		f.Clock.Advance(time.Second)
	}
	var got struct{ Grants []api.Grant }
	f.aboutUser(t, http.MethodGet, "/grants", "").Decode(t, &got)
	for i, g := range got.Grants {
		if len(got.Grants) != len(want) || g.ID != want[i] {
			t.Fatalf("got %+v, want %v", got.Grants, want)
		}
	}
}

// A request that died before its answer was kept gives nothing twice.
func TestGrantHappensOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const body = `{"features": [{"key": "beta"}], "reason": "once"}`
	died := false
	f.Intercept(func(ctx context.Context, operation string, input any, next functiontest.Next) (any, error) {
		out, err := next(ctx, input)
		if operation == "TransactWriteItems" && !died {
			died = true
			return nil, errors.New("the instance died")
		}
		return out, err
	})
	keyed := functiontest.Request{
		Method: http.MethodPost, Path: f.userPath("/grants"), Token: f.Developer(developer), Body: body,
		Header: http.Header{"Idempotency-Key": {"grant-1"}},
	}
	f.Do(t, f.handler, keyed)
	first, again := f.Do(t, f.handler, keyed), f.Do(t, f.handler, keyed)
	if first.Status != http.StatusCreated || again.Body != first.Body || !died {
		t.Errorf("answered %d %s, then %s", first.Status, first.Body, again.Body)
	}
	var got struct{ Grants []api.Grant }
	if f.aboutUser(t, http.MethodGet, "/grants", "").Decode(t, &got); len(got.Grants) != 1 {
		t.Errorf("%d grants", len(got.Grants))
	}
}

func TestGrantRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.Stored(t)
	for name, test := range map[string]struct {
		body, code, detail string
		status             int
	}{
		"nothing to give":     {`{"reason": "x"}`, "invalid_input", "planKey: Field required, or planId or features", 400},
		"no reason":           {`{"planKey": "gold"}`, "invalid_input", "reason: Field required", 400},
		"an empty reason":     {`{"planKey": "gold", "reason": ""}`, "invalid_input", "reason: String should have at least 1 character", 400},
		"both":                {`{"planKey": "gold", "features": [{"key": "a"}], "reason": "x"}`, "invalid_input", "features: Input should be either this or a plan", 400},
		"no features":         {`{"features": [], "reason": "x"}`, "invalid_input", "features: List should have 1 to 100 items", 400},
		"a feature's key":     {`{"features": [{"key": "A"}], "reason": "x"}`, "invalid_input", "features.0: key should match pattern '^[a-z0-9_]{1,64}$'", 400},
		"a feature twice":     {`{"features": [{"key": "a"}, {"key": "a"}], "reason": "x"}`, "invalid_input", "features.1: key should be another than those before", 400},
		"less than nothing":   {`{"features": [{"key": "a", "limit": -1}], "reason": "x"}`, "invalid_input", "features.0: limit should be greater than or equal to 0", 400},
		"it ends in the past": {`{"features": [{"key": "a"}], "reason": "x", "expiresAt": "2100-02-03T09:14:08Z"}`, "invalid_input", "expiresAt: Input should be in the future", 400},
		"no time":             {`{"features": [{"key": "a"}], "reason": "x", "expiresAt": "tomorrow"}`, "invalid_input", "expiresAt: Input should be a time such as 2026-06-01T00:00:00Z", 400},
		"no such plan":        {`{"planKey": "platinum", "reason": "x"}`, "plan_not_found", "Plan not found", 404},
	} {
		t.Run(name, func(t *testing.T) {
			f.aboutUser(t, http.MethodPost, "/grants", test.body).Is(t, test.status, functiontest.PlansError(test.status, test.code, test.detail))
		})
	}
	unknown := "/grants/" + uuid.NewString()
	f.aboutUser(t, http.MethodDelete, unknown, "").Is(t, 404, functiontest.PlansError(404, "grant_not_found", "Grant not found"))
	long := strings.Replace(f.userPath("/grants"), user, strings.Repeat("u", 256), 1)
	f.Do(t, f.handler, functiontest.Request{Method: http.MethodGet, Path: long, Token: f.Developer(developer)}).
		Is(t, 400, functiontest.PlansError(400, "invalid_input", "userId: String should have 1 to 255 bytes"))
	for _, r := range []functiontest.Request{
		{Method: http.MethodGet, Path: f.userPath("/access?feature=export")},
		{Method: http.MethodGet, Path: f.userPath("/entitlements")},
		{Method: http.MethodGet, Path: f.userPath("/grants")},
		{Method: http.MethodPost, Path: f.userPath("/grants"), Body: `{"features": [{"key": "a"}], "reason": "x"}`},
		{Method: http.MethodDelete, Path: f.userPath(unknown)},
	} {
		f.RefusesTokens(t, f.handler, identity.Developer, r)
		r.Token = f.Developer("somebody-else")
		f.Do(t, f.handler, r).Is(t, 403, functiontest.PlansError(403, "permission_denied", "You do not have permission to access this resource"))
	}
	f.SameAs(t, before)
}
