package billing_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

func TestMode(t *testing.T) {
	t.Parallel()
	if billing.ModeOf(false) != billing.Test || billing.ModeOf(true) != billing.Live {
		t.Error("ModeOf mixes the modes")
	}
	for mode, want := range map[billing.Mode]bool{billing.Test: true, billing.Live: true, "": false, "TEST": false, "sandbox": false} {
		if got := mode.Valid(); got != want {
			t.Errorf("Mode(%q).Valid() = %t, want %t", mode, got, want)
		}
	}
}

// Record ids are public: a change of how they are derived would give every
// record of a deployment another id.
func TestRecordIDIsStable(t *testing.T) {
	t.Parallel()
	scope := billing.Scope{Project: uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904"), Mode: billing.Test}
	if got, want := scope.String(), "2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904#test"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	if got, want := scope.RecordID("sub_1").String(), "1d81fd54-fa28-5ec2-9bcc-db2cf3a70aec"; got != want {
		t.Errorf("RecordID = %s, want %s", got, want)
	}
	if got := scope.RecordID("sub_1").Version(); got != 5 {
		t.Errorf("UUID version %d, want 5", got)
	}
	others := map[string]uuid.UUID{
		"another object":  scope.RecordID("sub_2"),
		"the other mode":  billing.Scope{Project: scope.Project, Mode: billing.Live}.RecordID("sub_1"),
		"another project": billing.Scope{Project: uuid.Nil, Mode: billing.Test}.RecordID("sub_1"),
	}
	for name, id := range others {
		if id == scope.RecordID("sub_1") {
			t.Errorf("%s has the same record id", name)
		}
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 2, 3, 9, 14, 8, 0, time.UTC)
	if got := billing.At(1770110048); got != want {
		t.Errorf("At = %#v, want %#v", got, want)
	}
}

func TestStripeConfig(t *testing.T) {
	t.Parallel()
	full := billing.CredentialSet{SecretKey: "sk_test_...9fQ2", WebhookSecret: "whsec_...Zk0p"}
	tests := map[string]struct {
		config            *billing.StripeConfig
		mode              billing.Mode
		usable, receiving bool
	}{
		"none":             {nil, billing.Test, false, false},
		"complete":         {&billing.StripeConfig{Active: true, Test: full}, billing.Test, true, true},
		"complete, live":   {&billing.StripeConfig{Active: true, Live: full}, billing.Live, true, true},
		"in other mode":    {&billing.StripeConfig{Active: true, Test: full}, billing.Live, false, false},
		"deactivated":      {&billing.StripeConfig{Active: false, Test: full}, billing.Test, false, false},
		"without secret":   {&billing.StripeConfig{Active: true, Test: billing.CredentialSet{SecretKey: "x"}}, billing.Test, true, false},
		"only with secret": {&billing.StripeConfig{Active: true, Test: billing.CredentialSet{WebhookSecret: "x"}}, billing.Test, false, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.config.Usable(test.mode); got != test.usable {
				t.Errorf("Usable = %t, want %t", got, test.usable)
			}
			if got := test.config.Receives(test.mode); got != test.receiving {
				t.Errorf("Receives = %t, want %t", got, test.receiving)
			}
		})
	}
}

func TestStripeConfigSetIsThePlaceToWrite(t *testing.T) {
	t.Parallel()
	var config billing.StripeConfig
	config.Set(billing.Live).Version = "live"
	config.Set(billing.Test).Version = "test"
	want := billing.StripeConfig{Test: billing.CredentialSet{Version: "test"}, Live: billing.CredentialSet{Version: "live"}}
	if diff := cmp.Diff(want, config); diff != "" {
		t.Errorf("after Set (-want +got):\n%s", diff)
	}
}

func TestSubscriptionStatus(t *testing.T) {
	t.Parallel()
	tests := map[billing.SubscriptionStatus]struct{ terminal, paying, holds bool }{
		billing.StatusActive:            {paying: true, holds: true},
		billing.StatusTrialing:          {paying: true, holds: true},
		billing.StatusPastDue:           {holds: true},
		billing.StatusCanceled:          {terminal: true},
		billing.StatusIncomplete:        {},
		billing.StatusIncompleteExpired: {terminal: true},
		billing.StatusUnpaid:            {},
		billing.StatusPaused:            {},
		"one of the future":             {},
	}
	for status, want := range tests {
		if got := status.Terminal(); got != want.terminal {
			t.Errorf("%s: Terminal = %t", status, got)
		}
		if got := status.Paying(); got != want.paying {
			t.Errorf("%s: Paying = %t", status, got)
		}
		if got := status.Holds(); got != want.holds {
			t.Errorf("%s: Holds = %t", status, got)
		}
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	plain := billing.NewError(billing.NotFound, "project_not_found", "Project not found")
	caused := plain.Because(cause)
	if errors.Unwrap(plain) != nil {
		t.Error("Because changed its receiver")
	}
	if !errors.Is(caused, cause) {
		t.Error("the cause is lost")
	}
	tests := map[string]struct {
		err  error
		kind billing.Kind
		text string
	}{
		"plain":     {plain, billing.NotFound, "Project not found"},
		"caused":    {caused, billing.NotFound, "Project not found: connection reset"},
		"wrapped":   {fmt.Errorf("read: %w", caused), billing.NotFound, "read: Project not found: connection reset"},
		"not ours":  {cause, billing.Internal, "connection reset"},
		"of fields": {billing.InvalidFields(billing.FieldError{Loc: []any{"body", "name"}, Msg: "Field required"}), billing.Invalid, "invalid input; [body name]: Field required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := billing.KindOf(test.err); got != test.kind {
				t.Errorf("KindOf = %d, want %d", got, test.kind)
			}
			if diff := cmp.Diff(test.text, test.err.Error()); diff != "" {
				t.Errorf("Error (-want +got):\n%s", diff)
			}
		})
	}
}
