package api

import "billhook/pkg/billing"

// BalanceOf is a wallet as the Account API shows it.
func BalanceOf(w billing.Wallet) Balance {
	return Balance{
		BalanceCents: w.Balance, Currency: w.Currency, HeldCents: w.Held,
		LifetimeDepositedCents: w.Deposited, LifetimeSpentCents: w.Spent, AutoReload: autoReloadOf(w.Reload),
	}
}

func autoReloadOf(r billing.AutoReload) AutoReload {
	answer := AutoReload{Enabled: r.Enabled, InProgress: r.Flying(), FailedAttempts: r.Failures, Problem: Text(r.Problem)}
	if r.Amount != 0 {
		answer.ThresholdCents, answer.AmountCents = &r.Threshold, &r.Amount
	}
	return answer
}

// BalanceTransactionsOf is what the newest postings of a wallet did, without
// the first ones. The balance after each follows from the wallet's, which has to
// be of the same moment.
func BalanceTransactionsOf(w billing.Wallet, postings []billing.Posting, skip int) []BalanceTransaction {
	shown, balance := []BalanceTransaction{}, w.Balance
	for i, p := range postings {
		amount := p.Amount(billing.Account{Kind: billing.WalletAccount, Owner: w.User})
		if i >= skip {
			shown = append(shown, BalanceTransaction{
				ID: p.ID, Type: BalanceTransactionType(p.Kind), AmountCents: amount, BalanceAfterCents: balance, Currency: p.Currency,
				Description: Text(p.Description), ReferenceID: Text(p.Reference), CreatedAt: p.At,
			})
		}
		balance -= amount
	}
	return shown
}

// WalletOf is a wallet as developers see it, with a part of what moved it.
func WalletOf(s billing.Scope, w billing.Wallet, postings []billing.Posting, skip int) UserWallet {
	return UserWallet{
		ProjectID: s.Project, IsTestMode: s.Mode == billing.Test, UserID: w.User, Currency: w.Currency,
		BalanceCents: w.Balance, HeldCents: w.Held, LifetimeDepositedCents: w.Deposited, LifetimeSpentCents: w.Spent,
		AutoReload: autoReloadOf(w.Reload), Transactions: BalanceTransactionsOf(w, postings, skip), Total: w.Postings,
	}
}

// CreatorPayoutOf is a payout as developers see it.
func CreatorPayoutOf(s billing.Scope, p billing.Payout) CreatorPayout {
	return CreatorPayout{
		ID: p.ID, ProjectID: s.Project, IsTestMode: s.Mode == billing.Test, CreatorID: p.Creator, AmountCents: p.Amount, Currency: p.Currency,
		Status: p.Status, Scheduled: p.Scheduled, AccountID: Text(p.Account), TransferID: Text(p.Transfer), PayoutID: Text(p.BankPayout),
		ReversedCents: p.Reversed, FailureCode: Text(p.FailureCode), FailureMessage: Text(p.FailureMessage),
		CreatedAt: p.CreatedAt, EndedAt: Time(p.EndedAt),
	}
}

var payoutStatuses = []billing.PayoutStatus{
	billing.PayoutReserved, billing.PayoutSent, billing.PayoutPaid, billing.PayoutFailed, billing.PayoutReversed,
}

// PayoutStatusOf is the status that a list is filtered by; empty for none.
func PayoutStatusOf(s *billing.PayoutStatus) (billing.PayoutStatus, error) {
	return status(s, payoutStatuses)
}
