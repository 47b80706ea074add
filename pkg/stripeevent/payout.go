package stripeevent

import (
	"encoding/json"
	"fmt"

	"billhook/pkg/billing"
)

type accountJSON struct {
	ID               string `json:"id"`
	DetailsSubmitted *bool  `json:"details_submitted"`
	PayoutsEnabled   *bool  `json:"payouts_enabled"`
	Capabilities     struct {
		Transfers string `json:"transfers"`
	} `json:"capabilities"`
	Requirements struct {
		CurrentlyDue   []string `json:"currently_due"`
		DisabledReason *string  `json:"disabled_reason"`
	} `json:"requirements"`
}

func (a *accountJSON) id() string { return a.ID }

func (a *accountJSON) fact() (billing.AccountFact, error) {
	if a.ID == "" || a.DetailsSubmitted == nil || a.PayoutsEnabled == nil {
		return billing.AccountFact{}, missing("id, details_submitted or payouts_enabled")
	}
	return billing.AccountFact{Account: a.ID, State: billing.AccountState{
		DetailsSubmitted: *a.DetailsSubmitted,
		PayoutsEnabled:   *a.PayoutsEnabled,
		Transfers:        a.Capabilities.Transfers == "active",
		CurrentlyDue:     a.Requirements.CurrentlyDue,
		DisabledReason:   text(a.Requirements.DisabledReason),
	}}, nil
}

// account tells of a connected account. Of the endpoint's own account billing
// has nothing to learn.
func account() kind {
	return of(func(a *accountJSON, told telling) (billing.Fact, error) {
		if told.account == "" {
			return nil, nil
		}
		return a.fact()
	})
}

// Account reads a connected account as the API answered it.
func Account(object []byte) (billing.AccountFact, error) {
	var a accountJSON
	if err := json.Unmarshal(object, &a); err != nil {
		return billing.AccountFact{}, fmt.Errorf("read account: %w", err)
	}
	return a.fact()
}

// applicationJSON is the platform, as the account knows it that left.
type applicationJSON struct {
	ID string `json:"id"`
}

func (a *applicationJSON) id() string { return a.ID }

func deauthorization() kind {
	return of(func(_ *applicationJSON, told telling) (billing.Fact, error) {
		if told.account == "" {
			return nil, missing("account")
		}
		return billing.AccountFact{Account: told.account, Gone: true}, nil
	})
}

func (m metadata) payout() billing.PayoutRef {
	return billing.PayoutRef{Project: m.ProjectID, Creator: m.UserID, Payout: m.Payout}
}

type transferJSON struct {
	ID             string   `json:"id"`
	AmountReversed *int64   `json:"amount_reversed"`
	Metadata       metadata `json:"metadata"`
}

func (t *transferJSON) id() string { return t.ID }

// transfer tells of a transfer for a payout; others are nothing to billing.
func transfer() kind {
	return of(func(t *transferJSON, _ telling) (billing.Fact, error) {
		switch {
		case t.Metadata.Payout == "":
			return nil, nil
		case t.ID == "" || t.AmountReversed == nil:
			return nil, missing("id or amount_reversed")
		}
		return billing.TransferFact{PayoutRef: t.Metadata.payout(), Transfer: t.ID, Reversed: *t.AmountReversed}, nil
	})
}

type bankPayoutJSON struct {
	ID             string   `json:"id"`
	Status         string   `json:"status"`
	FailureCode    *string  `json:"failure_code"`
	FailureMessage *string  `json:"failure_message"`
	Metadata       metadata `json:"metadata"`
}

func (p *bankPayoutJSON) id() string { return p.ID }

// bankPayout tells of a connected account's payout that billhook has made;
// others are nothing to billing.
func bankPayout() kind {
	return of(func(p *bankPayoutJSON, told telling) (billing.Fact, error) {
		switch {
		case p.Metadata.Payout == "" || told.account == "":
			return nil, nil
		case p.ID == "" || p.Status == "":
			return nil, missing("id or status")
		}
		return billing.BankPayoutFact{
			PayoutRef: p.Metadata.payout(), Account: told.account, BankPayout: p.ID,
			Status: p.Status, FailureCode: text(p.FailureCode), FailureMessage: text(p.FailureMessage),
		}, nil
	})
}
