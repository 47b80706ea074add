package billing

// PostingKind is which business event a posting is of.
type PostingKind string

// The kinds of posting.
const (
	PostDeposit    PostingKind = "deposit"          // a user paid into the wallet
	PostAutoReload PostingKind = "auto_reload"      // the saved card did
	PostClawBack   PostingKind = "claw_back"        // a deposit was refunded or disputed
	PostReinstate  PostingKind = "reinstatement"    // a claw-back was undone: a dispute won, a refund failed
	PostSpend      PostingKind = "spend"            // on the platform itself
	PostHold       PostingKind = "hold"             // set aside
	PostCapture    PostingKind = "capture"          // of a hold, which ends it
	PostRelease    PostingKind = "release"          // a hold ended without a price
	PostCharge     PostingKind = "marketplace_call" // at a creator's
	PostRefund     PostingKind = "refund"           // of a marketplace charge
	PostReserve    PostingKind = "payout_reserve"   // a payout begins
	PostPayout     PostingKind = "payout"           // its money has left
	PostReturn     PostingKind = "payout_return"    // it failed before its money left
	PostReversal   PostingKind = "payout_reversal"  // its money came back
)

// overdraws: what is taken back cannot be refused for want of money.
func (k PostingKind) overdraws() bool {
	return k == PostClawBack || k == PostRefund
}

func (k PostingKind) deposits() bool {
	switch k {
	case PostDeposit, PostAutoReload, PostClawBack, PostReinstate:
		return true
	default:
		return false
	}
}

func posting(c Cause, kind PostingKind, entries ...Entry) Posting {
	p := Posting{Cause: c, Kind: kind}
	for _, e := range entries {
		if e.Amount != 0 {
			p.Entries = append(p.Entries, e)
		}
	}
	return p
}

func wallet(user string, amount int64) Entry { return Entry{Account{WalletAccount, user}, amount} }

func held(user string, amount int64) Entry { return Entry{Account{HeldAccount, user}, amount} }

func creator(id string, amount int64) Entry { return Entry{Account{CreatorAccount, id}, amount} }

func transit(id string, amount int64) Entry { return Entry{Account{TransitAccount, id}, amount} }

func platform(kind AccountKind, amount int64) Entry { return Entry{Account{Kind: kind}, amount} }

// Deposit is money that a user paid to Stripe, for the wallet; kind says
// whether the user did or the saved card.
func Deposit(c Cause, kind PostingKind, user string, amount int64) Posting {
	return posting(c, kind, wallet(user, amount), platform(ClearingAccount, -amount))
}

// Settle makes up for what Stripe took from a deposit, or gave back: change is
// what the deposit is worth now less what it was worth. The wallet may become
// negative, and then nothing can be spent until it is not.
func Settle(c Cause, user string, change int64) Posting {
	kind := PostReinstate
	if change < 0 {
		kind = PostClawBack
	}
	return Deposit(c, kind, user, change)
}

// Spend is what a user pays the platform.
func Spend(c Cause, user string, amount int64) Posting {
	return posting(c, PostSpend, wallet(user, -amount), platform(FeesAccount, amount))
}

// Reserve sets money of a user's aside.
func Reserve(c Cause, user string, amount int64) Posting {
	return posting(c, PostHold, wallet(user, -amount), held(user, amount))
}

// Capture takes the price out of what is held, and gives the rest back.
func Capture(c Cause, user string, amountHeld, price int64) Posting {
	return posting(c, PostCapture, held(user, -amountHeld), platform(FeesAccount, price), wallet(user, amountHeld-price))
}

// Release gives all back that is held.
func Release(c Cause, user string, amountHeld int64) Posting {
	return posting(c, PostRelease, held(user, -amountHeld), wallet(user, amountHeld))
}

// ChargeFor is what a user pays for a creator's work; the platform keeps its
// fee.
func ChargeFor(c Cause, user, creatorID string, price, feeBasisPoints int64) Posting {
	fee := Fee(price, feeBasisPoints)
	return posting(c, PostCharge, wallet(user, -price), platform(FeesAccount, fee), creator(creatorID, price-fee))
}

// ChargeParts is what a marketplace charge did.
type ChargeParts struct {
	User    string
	Creator string // empty: the fee was all of the price
	Price   int64
	Fee     int64
}

// Charged reads a marketplace charge.
func (p Posting) Charged() ChargeParts {
	var parts ChargeParts
	for _, e := range p.Entries {
		switch e.Account.Kind {
		case WalletAccount:
			parts.User, parts.Price = e.Account.Owner, -e.Amount
		case CreatorAccount:
			parts.Creator = e.Account.Owner
		case FeesAccount:
			parts.Fee = e.Amount
		default: // a charge has no others
		}
	}
	return parts
}

// SameCharge reports whether two postings charge the same, be it that the fee
// was another.
func (p Posting) SameCharge(o Posting) bool {
	a, b := p.Charged(), o.Charged()
	a.Fee, b.Fee = 0, 0
	return p.Kind == PostCharge && o.Kind == PostCharge && p.Description == o.Description && a == b
}

// RefundOf gives a part of a marketplace charge back, of which refunded is
// given back already. The fee is given back in proportion, so that the parts of
// a charge that is refunded whole sum to the charge. The creator's balance may
// become negative.
func RefundOf(c Cause, charge Posting, refunded, amount int64) Posting {
	parts := charge.Charged()
	fee := share(parts.Fee, refunded+amount, parts.Price) - share(parts.Fee, refunded, parts.Price)
	return posting(c, PostRefund, wallet(parts.User, amount), platform(FeesAccount, -fee), creator(parts.Creator, fee-amount))
}

// ReservePayout begins to pay a creator.
func ReservePayout(c Cause, creatorID string, amount int64) Posting {
	return posting(c, PostReserve, creator(creatorID, -amount), transit(creatorID, amount))
}

// PaidOut is a payout whose money has left.
func PaidOut(c Cause, creatorID string, amount int64) Posting {
	return posting(c, PostPayout, transit(creatorID, -amount), platform(ClearingAccount, amount))
}

// ReturnPayout gives the money of a payout that failed back to the creator.
func ReturnPayout(c Cause, creatorID string, amount int64) Posting {
	return posting(c, PostReturn, transit(creatorID, -amount), creator(creatorID, amount))
}

// ReversePayout gives the money of a payout that came back to the creator.
func ReversePayout(c Cause, creatorID string, amount int64) Posting {
	return posting(c, PostReversal, platform(ClearingAccount, -amount), creator(creatorID, amount))
}
