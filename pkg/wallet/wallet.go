// Package wallet moves the money of users' wallets: it spends, holds, charges
// for creators and refunds, frees what was held for too long, and has the saved
// card pay in when little is left. Every step can be cut short and is gone on
// with by the next call or by the schedule. It keeps nothing itself, and
// deposits are none of its business: the projector brings them in.
package wallet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
	"billhook/pkg/sale"
	"billhook/pkg/store"
)

// Store keeps the ledger; *store.Table implements it. Its postings are made
// once for what caused them, and answered again.
type Store interface {
	Post(ctx context.Context, s billing.Scope, p billing.Posting) (stored billing.Posting, first bool, err error)
	Posting(ctx context.Context, s billing.Scope, currency, id string) (*billing.Posting, error)
	Wallet(ctx context.Context, s billing.Scope, currency, user string) (billing.Wallet, error)
	Holds
	Charges
	Reloads
}

// Holds are stored until they end.
type Holds interface {
	PlaceHold(ctx context.Context, s billing.Scope, h billing.Hold) (billing.Posting, error)
	EndHold(ctx context.Context, s billing.Scope, h billing.Hold, p billing.Posting) (billing.Posting, error)
	Hold(ctx context.Context, s billing.Scope, currency, user, id string) (*billing.Hold, error)
	Holds(ctx context.Context, s billing.Scope, currency, user string) ([]billing.Hold, error)
}

// Charges remember how much of them was refunded.
type Charges interface {
	Charge(ctx context.Context, s billing.Scope, currency, id string) (charge *billing.Posting, refunded int64, err error)
	RefundCharge(ctx context.Context, s billing.Scope, charge billing.Posting, refunded, amount int64, p billing.Posting) (billing.Posting, error)
}

// Reloads are stored with their wallet.
type Reloads interface {
	SaveReload(ctx context.Context, s billing.Scope, currency, user string, r billing.AutoReload) error
	Due(ctx context.Context, s billing.Scope, by time.Time, limit int) ([]billing.Hold, []billing.Wallet, error)
	Project(ctx context.Context, id uuid.UUID) (billing.Project, *billing.StripeConfig, error)
	sale.Store
}

// Learner brings Stripe's answers into the store; *projector.Projector
// implements it.
type Learner interface {
	Learn(ctx context.Context, s billing.Scope, event billing.Event) error
}

var (
	_ Store   = (*store.Table)(nil)
	_ Learner = (*projector.Projector)(nil)
)

// Wallets are those of all users. They are safe for concurrent use.
type Wallets struct {
	store   Store
	sales   *sale.Sales
	stripe  *gateway.Gateway
	learner Learner
	log     *slog.Logger
	now     func() time.Time
}

// New makes Wallets.
func New(s Store, stripe *gateway.Gateway, learner Learner, log *slog.Logger, now func() time.Time) *Wallets {
	return &Wallets{
		store: s, sales: sale.New(s, stripe, log, now), stripe: stripe, learner: learner, log: log,
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }, // as it is kept
	}
}

// ID is that of what a caller asks for under a name, an Idempotency-Key: the
// same caller gets the same thing under it. It tells what it is, in which
// currency: hold_usd_3f0c...
func ID(s billing.Scope, what, currency, caller, name string) string {
	id := s.RecordID(fmt.Sprintf("%q", []string{what, currency, caller, name}))
	return fmt.Sprintf("%s_%s_%x", what, currency, id[:])
}

// CurrencyIn is the currency that an ID tells; false if it is no such ID.
func CurrencyIn(id, what string) (string, bool) {
	parts := strings.Split(id, "_")
	if len(parts) != 3 || parts[0] != what {
		return "", false
	}
	_, known := billing.Deposits(parts[1])
	return parts[1], known
}

// Read reads a wallet; money that was held for too long is back in it.
func (w *Wallets) Read(ctx context.Context, s billing.Scope, currency, user string) (billing.Wallet, error) {
	found, err := w.store.Wallet(ctx, s, currency, user)
	if err != nil || found.Held == 0 {
		return found, err
	}
	freed, err := w.expire(ctx, s, currency, user)
	if err != nil || !freed {
		return found, err
	}
	return w.store.Wallet(ctx, s, currency, user)
}

// Spend posts what a user pays the platform.
func (w *Wallets) Spend(ctx context.Context, s billing.Scope, c billing.Cause, user string, amount int64) (billing.Posting, error) {
	return w.take(ctx, s, c.Currency, user, func() (billing.Posting, error) {
		stored, _, err := w.store.Post(ctx, s, billing.Spend(c, user, amount))
		return stored, err
	})
}

// Charge posts what a user pays for a creator's work.
func (w *Wallets) Charge(ctx context.Context, s billing.Scope, c billing.Cause, user, creator string, price, feeBasisPoints int64) (billing.Posting, error) {
	return w.take(ctx, s, c.Currency, user, func() (billing.Posting, error) {
		p := billing.ChargeFor(c, user, creator, price, feeBasisPoints)
		stored, _, err := w.store.Post(ctx, s, p)
		if errors.Is(err, billing.ErrAnotherPosting) && p.SameCharge(stored) {
			return stored, nil
		}
		return stored, err
	})
}

// take takes money out of a wallet. Where there is too little, what was held for
// too long is freed, and then the wallet reloaded, before it is refused. What
// was taken is taken, even if the reload that it leads to fails.
func (w *Wallets) take(ctx context.Context, s billing.Scope, currency, user string, post func() (billing.Posting, error)) (billing.Posting, error) {
	stored, err := post()
	if errors.Is(err, billing.ErrInsufficientBalance) {
		freed, failed := w.expire(ctx, s, currency, user)
		if failed != nil {
			return stored, failed
		}
		if freed {
			stored, err = post()
		}
	}
	if err != nil && !errors.Is(err, billing.ErrInsufficientBalance) {
		return stored, err
	}
	reloaded, failed := w.Reload(ctx, s, currency, user)
	if failed != nil {
		w.log.WarnContext(ctx, "auto-reload is left to the schedule", "scope", s.String(), "user", user, "error", failed.Error())
	}
	if err != nil && reloaded {
		return post()
	}
	return stored, err
}
