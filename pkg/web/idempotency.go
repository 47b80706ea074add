package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"time"

	"billhook/pkg/billing"
)

// idempotencyKey is the header, in the words of the IETF's draft.
const idempotencyKey = "Idempotency-Key"

const (
	// executionLease is longer than any execution takes: a function is ended
	// after 29 s. A lease that has run out is therefore that of a dead one.
	executionLease = 30 * time.Second
	// answerLife is how long an answer is given again, as at Stripe.
	answerLife = 24 * time.Hour
	// longestWait is how long a request waits for its twin. It leaves some of
	// the gateway's 30 s for the execution, should the twin fail.
	longestWait = 20 * time.Second
	// The pause between two looks at the twin doubles from the first to the
	// longest.
	firstPause   = 50 * time.Millisecond
	longestPause = time.Second
	// endLimit bounds the last write, which happens even if the client is gone.
	endLimit = 3 * time.Second
	// largestAnswer in bytes, sealed, fits into a DynamoDB item (400 KB).
	largestAnswer = 300 << 10
)

// Execution is one request with an Idempotency-Key: under way, answered or
// given up.
type Execution struct {
	ID          string    // follows from the caller, the request line and the key
	Fingerprint []byte    // of the body; the same ID never executes with another one
	Attempt     string    // who executes
	LeaseUntil  time.Time // until when the attempt holds the ID; zero: it has ended
	ExpiresAt   time.Time // when all is forgotten, in whole seconds
	Answer      []byte    // sealed; nil while there is none
}

// ErrLeaseLost says that another attempt took an execution over.
var ErrLeaseLost = errors.New("another attempt took the execution over")

// Executions remembers executions; *store.Table implements it.
type Executions interface {
	// BeginExecution stores e unless an execution with its ID is stored that
	// forbids it, and answers the one that is stored then: e itself, or the one
	// that forbids. An execution forbids others until it expires; it can be
	// taken over by one with the same Fingerprint when it has no Answer and its
	// lease is over. Of any number of attempts at once one is stored. Asked
	// again for the same attempt, the answer is the same.
	BeginExecution(ctx context.Context, e Execution, now time.Time) (Execution, error)
	// EndExecution stores e over the execution that BeginExecution stored, if
	// its attempt is still the same; else nothing changes and the error is
	// ErrLeaseLost.
	EndExecution(ctx context.Context, e Execution) error
}

// Idempotent makes a POST with an Idempotency-Key happen once. The same
// request again, by the same caller, gets the first answer again; with
// another body it is refused; at the same time, it waits for the answer.
// Requests without the header pass through.
//
// Answers to be had again are those of which a repetition would be no
// different: a 5xx is not one of them, nor is a refusal that depends on more
// than the request (rights, rates, conflicts). After those, and after a crash,
// the same request executes again. So what is behind must bear being repeated
// after it got halfway, but never runs twice at once.
//
// It belongs inside of authentication, which tells whose key it is, and gives
// handlers the request as it came, with the header.
func Idempotent(log *slog.Logger, answer *Errors, executions Executions, now func() time.Time, next http.Handler) http.Handler {
	o := &once{log: log, executions: executions, now: now, next: next}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || len(r.Header.Values(idempotencyKey)) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if err := o.serve(w, r); err != nil {
			answer.Write(w, r, err)
		}
	})
}

type once struct {
	log        *slog.Logger
	executions Executions
	now        func() time.Time
	next       http.Handler
}

func (o *once) serve(w http.ResponseWriter, r *http.Request) error {
	k, err := readKeyed(r)
	if err != nil {
		return err
	}
	e, err := o.begin(r.Context(), k)
	if err != nil {
		return err
	}
	if e.Answer == nil {
		o.execute(r.Context(), r, k, e).send(w)
		return nil
	}
	first, err := k.open(e.Answer)
	if err != nil {
		return err
	}
	w.Header().Set("Idempotent-Replayed", "true")
	first.send(w)
	return nil
}

var errOtherBody = billing.NewError(billing.Conflict, "idempotency_key_reused",
	"This Idempotency-Key was used with another body; send a new key with a new request")

// begin answers an execution that is this request's own to carry out, without
// an Answer, or one that another request carried out, with it.
func (o *once) begin(ctx context.Context, k keyed) (Execution, error) {
	patience, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	attempt := rand.Text()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		now := o.now().UTC()
		e, err := o.executions.BeginExecution(ctx, Execution{
			ID:          k.id,
			Fingerprint: k.fingerprint,
			Attempt:     attempt,
			LeaseUntil:  now.Add(executionLease),
			ExpiresAt:   now.Add(answerLife).Truncate(time.Second),
		}, now)
		switch {
		case err != nil:
			return e, err
		case !hmac.Equal(e.Fingerprint, k.fingerprint):
			return e, errOtherBody
		case e.Attempt == attempt || e.Answer != nil:
			return e, nil
		}
		select {
		case <-time.After(jitter(pause)):
		case <-patience.Done():
			return e, stillRunning(e.LeaseUntil.Sub(now))
		}
	}
}

// jitter keeps twins from looking at the same moment.
func jitter(pause time.Duration) time.Duration {
	return pause/2 + mathrand.N(pause/2) //nolint:gosec // chance spreads the twins and guards nothing
}

// stillRunning asks to come back when the twin has ended for certain.
func stillRunning(lease time.Duration) error {
	err := billing.NewError(billing.Conflict, "idempotency_key_in_use",
		"A request with this Idempotency-Key is still running; send the same request again later")
	err.RetryAfter = max(lease, time.Second)
	return err
}

// execute carries the request out. Whatever becomes of it, a panic included,
// ends the execution before anybody sees the answer.
func (o *once) execute(ctx context.Context, r *http.Request, k keyed, e Execution) *recorded {
	e.LeaseUntil = time.Time{} // without an Answer, the same request may execute again
	defer func() { o.end(ctx, e) }()
	given := &recorded{header: http.Header{}}
	o.next.ServeHTTP(given, r)
	if !keeps(given.code()) {
		return given
	}
	sealed, err := k.seal(given)
	switch {
	case err != nil:
		o.log.ErrorContext(ctx, "answer not sealed", "path", r.URL.Path, "error", err)
	case len(sealed) > largestAnswer:
		o.log.WarnContext(ctx, "answer too large to be kept", "path", r.URL.Path, "bytes", len(sealed))
	default:
		e.Answer = sealed
	}
	return given
}

// end writes how the execution ended. If that fails the answer stands all the
// same: what was done is done, and the lease runs out.
func (o *once) end(ctx context.Context, e Execution) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	if err := o.executions.EndExecution(ctx, e); err != nil {
		o.log.ErrorContext(ctx, "execution not ended", "execution", e.ID, "error", err)
	}
}

// keeps tells whether an answer is given again.
func keeps(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests:
		return false
	default:
		return status < http.StatusInternalServerError
	}
}
