package billing

// Totals are the accounts of a ledger, added up by whose money it is. Amounts
// are seen from the one who owns the money, so all of them sum to zero.
type Totals struct {
	Users    int64 // in wallets, and held of them
	Creators int64 // earned, and not on its way
	Transit  int64 // on its way to creators' banks
	Fees     int64 // the platform's
	Clearing int64 // the other side, at Stripe: negative for what is there
}

// Totals is what the posting does to them.
func (p Posting) Totals() Totals {
	var t Totals
	for _, e := range p.Entries {
		switch e.Account.Kind {
		case WalletAccount, HeldAccount:
			t.Users += e.Amount
		case CreatorAccount:
			t.Creators += e.Amount
		case TransitAccount:
			t.Transit += e.Amount
		case FeesAccount:
			t.Fees += e.Amount
		case ClearingAccount:
			t.Clearing += e.Amount
		}
	}
	return t
}

// Plus adds other totals to these.
func (t Totals) Plus(o Totals) Totals {
	return Totals{
		Users: t.Users + o.Users, Creators: t.Creators + o.Creators, Transit: t.Transit + o.Transit,
		Fees: t.Fees + o.Fees, Clearing: t.Clearing + o.Clearing,
	}
}

// Sum is zero, unless money was lost or invented.
func (t Totals) Sum() int64 { return t.Users + t.Creators + t.Transit + t.Fees + t.Clearing }

// Recount adds up postings and says by how much the totals of users and creators
// differ, as balances of accounts without an owner: none, as Balances.Recount.
func (t Totals) Recount(postings []Posting) Balances {
	for _, p := range postings {
		done := p.Totals()
		t.Users, t.Creators, t.Transit = t.Users-done.Users, t.Creators-done.Creators, t.Transit-done.Transit
	}
	differ := Balances{}
	for kind, by := range map[AccountKind]int64{WalletAccount: t.Users, CreatorAccount: t.Creators, TransitAccount: t.Transit} {
		if by != 0 {
			differ[Account{Kind: kind}] = by
		}
	}
	return differ
}
