package main

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
	"billhook/pkg/ratelimit"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

// limits are how often a project may call, in each mode.
type limits struct {
	creates ratelimit.Limit // of customers
	queries ratelimit.Limit // all other calls
}

// limiter lets projects call as often as they may, and counts what they do.
type limiter struct {
	limits limits
	table  *store.Table
	answer *web.Errors
	log    *slog.Logger
	now    func() time.Time
}

// around puts the limits before the routes. Every answer behind it tells how
// much is left: all but those to callers that are not known yet.
func (l *limiter) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scope := scopeOf(r)
		class, limit := billing.UsageQuery, l.limits.queries
		if r.Method == http.MethodPost && r.URL.Path == "/v1/stripe/customers" {
			class, limit = billing.UsageCreate, l.limits.creates
		}
		now := l.now()
		d, err := ratelimit.Take(r.Context(), l.table.Rates(scope), string(class), limit, now)
		if err != nil {
			l.answer.Write(w, r, err)
			return
		}
		d.SetHeaders(w.Header())
		if !d.Admitted {
			l.count(r.Context(), scope, billing.UsageDenied, now)
			refusal := billing.NewError(billing.RateLimited, "rate_limited", "Too many calls; try again later")
			refusal.RetryAfter = d.RetryAfter
			l.answer.Write(w, r, refusal)
			return
		}
		l.count(r.Context(), scope, class, now)
		next.ServeHTTP(w, r)
	})
}

// count is no reason to refuse a call: a figure that is lost is logged.
func (l *limiter) count(ctx context.Context, scope billing.Scope, class billing.UsageClass, now time.Time) {
	if err := l.table.CountUsage(ctx, scope, class, now); err != nil {
		l.log.WarnContext(ctx, "usage not counted", "project", scope.Project, "class", class, "error", err.Error())
	}
}

// scopeOf is where a call counts. One whose modes are none, or contradict each
// other, counts somewhere, and is refused behind the limits.
func scopeOf(r *http.Request) billing.Scope {
	query := r.URL.Query()
	mode := billing.Mode(query.Get("environment"))
	if !mode.Valid() {
		test, err := strconv.ParseBool(query.Get("test_mode"))
		mode = billing.ModeOf(err == nil && !test)
	}
	return billing.Scope{Project: identity.From(r.Context()).Project, Mode: mode}
}
