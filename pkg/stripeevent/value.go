package stripeevent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"billhook/pkg/billing"
)

// ref is a reference that Stripe writes as an id, as the object itself when it
// was expanded, or as null.
type ref string

func (r *ref) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var object struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(b, &object)
		*r = ref(object.ID)
		return err
	}
	// Ids have no escapes; reading them here spares a second parser for each.
	if len(b) > 1 && b[0] == '"' && bytes.IndexByte(b, '\\') < 0 {
		*r = ref(b[1 : len(b)-1])
		return nil
	}
	var id *string
	if err := json.Unmarshal(b, &id); err != nil {
		return err
	}
	*r = ref(text(id))
	return nil
}

// toldRef is a reference that some API versions leave out: absence says
// nothing, null says that there is none.
type toldRef struct {
	told bool
	id   ref
}

func (r *toldRef) UnmarshalJSON(b []byte) error {
	r.told = true
	return r.id.UnmarshalJSON(b)
}

// metadata holds the entries that checkout leaves on what it creates.
type metadata struct {
	UserID    string `json:"user_id"`
	ProjectID string `json:"project_id"`
	Wallet    string `json:"billhook_wallet"`
	Payout    string `json:"billhook_payout"`
}

// wallet is the mark of a payment that was made for one.
func (m metadata) wallet() billing.WalletMark {
	kind := billing.PostingKind(m.Wallet)
	if m.UserID == "" || kind != billing.PostDeposit && kind != billing.PostAutoReload {
		return billing.WalletMark{}
	}
	return billing.WalletMark{Project: m.ProjectID, User: m.UserID, Kind: kind}
}

// missing names a field that an object must have.
func missing(field string) error { return fmt.Errorf("%s is missing", field) }

// first is the first of several values that is there.
func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func at(unix *int64) time.Time {
	if unix == nil || *unix == 0 {
		return time.Time{}
	}
	return billing.At(*unix)
}
