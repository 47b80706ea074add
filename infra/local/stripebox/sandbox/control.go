package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"billhook/infra/local/stripebox/delivery"
)

const (
	defaultSettle = 30 * time.Second
	maxSettle     = 5 * time.Minute
	// maxAdvance bounds one step of the clock; 50 years of a daily price take a
	// while.
	maxAdvance = 50 * 366 * secondsPerDay
)

// control authenticates a control operation and writes what it answers. The
// account is not locked.
func (s *Server) control(run func(a *account, r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.identify(w)
		a, err := s.authenticate(r)
		if err != nil {
			writeAnswer(w, errorAnswer(err))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		result, err := run(a, r)
		if err != nil {
			writeAnswer(w, errorAnswer(err))
			return
		}
		writeAnswer(w, jsonAnswer(http.StatusOK, result))
	}
}

// decodeJSON reads a control operation's parameters; no body means none.
func decodeJSON(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return invalid("", "", "Invalid JSON: %v", err)
	}
	return nil
}

// advanced answers POST /_sandbox/advance.
type advanced struct {
	Now    int64    `json:"now"`
	Events []string `json:"events"`
}

func (s *Server) advanceClock(a *account, r *http.Request) (any, error) {
	var params struct {
		Seconds int64 `json:"seconds"`
		Days    int64 `json:"days"`
		To      int64 `json:"to"`
	}
	if err := decodeJSON(r, &params); err != nil {
		return nil, err
	}
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	to := params.To
	if to == 0 {
		to = a.now + params.Seconds + params.Days*secondsPerDay
	}
	if to < a.now || to > a.now+maxAdvance {
		return nil, invalid("", "", "The clock stands at %d; it moves forward, by at most %d seconds at once.", a.now, maxAdvance)
	}
	events := a.advance(to)
	if events == nil {
		events = []string{}
	}
	return advanced{a.now, events}, nil
}

// settled answers POST /_sandbox/settle.
type settled struct {
	Settled bool `json:"settled"`
	Pending int  `json:"pending"`
}

// settle waits until no delivery of the account is pending, or for the timeout.
func (s *Server) settle(a *account, r *http.Request) (any, error) {
	var params struct {
		TimeoutSeconds float64 `json:"timeout_seconds"`
	}
	if err := decodeJSON(r, &params); err != nil {
		return nil, err
	}
	timeout := defaultSettle
	if params.TimeoutSeconds > 0 {
		timeout = min(maxSettle, time.Duration(params.TimeoutSeconds*float64(time.Second)))
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	err := s.dispatcher.Wait(ctx, a.platform.id)
	return settled{err == nil, len(s.dispatcher.Backlog(a.platform.id))}, nil
}

// deliveries answers the log of webhook attempts of the account and its
// connected ones, oldest first.
func (s *Server) deliveries(a *account, _ *http.Request) (any, error) {
	attempts := s.dispatcher.Attempts(a.platform.id)
	if attempts == nil {
		attempts = []delivery.Attempt{}
	}
	return map[string][]delivery.Attempt{"data": attempts}, nil
}

// resent answers POST /_sandbox/events/{id}/resend.
type resent struct {
	Event      string             `json:"event"`
	Deliveries []delivery.Attempt `json:"deliveries"`
}

func (s *Server) resend(a *account, r *http.Request) (any, error) {
	return s.sendAgain(r.Context(), a, r.PathValue("id"))
}

// sendAgain delivers an event once more, now, to every enabled endpoint that
// wants it, and answers how that went.
func (s *Server) sendAgain(ctx context.Context, a *account, id string) (resent, error) {
	a.begin()
	owner, event, err := a.eventAt(id)
	var messages []delivery.Message
	if err == nil {
		for _, e := range owner.endpointsFor(event.Type) {
			messages = append(messages, owner.message(event, e))
		}
	}
	a.mu.Unlock() // the endpoint may call the API while it is being delivered to
	if err != nil {
		return resent{}, err
	}
	attempts := make([]delivery.Attempt, 0, len(messages))
	for _, m := range messages {
		attempts = append(attempts, s.dispatcher.Deliver(ctx, m))
	}
	return resent{event.ID, attempts}, nil
}
