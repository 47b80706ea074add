package billing

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// AccountKind is what an account of the ledger is for.
type AccountKind string

// The kinds of account. Amounts are seen from the one who owns the money: what
// a user can spend is positive, and what Stripe keeps for that is negative.
const (
	WalletAccount   AccountKind = "wallet"  // what a user can spend
	HeldAccount     AccountKind = "held"    // set aside of it, for work whose price is known afterwards
	CreatorAccount  AccountKind = "creator" // what a creator has earned and not been paid
	TransitAccount  AccountKind = "transit" // of it, what is on its way to the creator's bank
	FeesAccount     AccountKind = "fees"    // what the platform has earned
	ClearingAccount AccountKind = "stripe"  // the other side of money that comes or goes by Stripe
)

// Account is one of a ledger's accounts. Those of the platform have no owner.
type Account struct {
	Kind  AccountKind
	Owner string // a user's or a creator's id
}

// String is the account in items and logs: wallet:user_1, fees.
func (a Account) String() string {
	if a.Owner == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + ":" + a.Owner
}

// AccountNamed is the account with a name that String made.
func AccountNamed(name string) Account {
	kind, owner, _ := strings.Cut(name, ":")
	return Account{Kind: AccountKind(kind), Owner: owner}
}

// Book holds the accounts whose balances are kept together: a user's, or a
// creator's. The zero Book is the platform's.
type Book struct {
	Kind  AccountKind // WalletAccount or CreatorAccount
	Owner string
}

// WalletBook is a user's.
func WalletBook(user string) Book { return Book{WalletAccount, user} }

// CreatorBook is a creator's.
func CreatorBook(creator string) Book { return Book{CreatorAccount, creator} }

// Book is the one that the account is in.
func (a Account) Book() Book {
	switch a.Kind {
	case WalletAccount, HeldAccount:
		return WalletBook(a.Owner)
	case CreatorAccount, TransitAccount:
		return CreatorBook(a.Owner)
	default:
		return Book{}
	}
}

// Entry is what a posting does to an account.
type Entry struct {
	Account Account
	Amount  int64 // minor units of the posting's currency; never 0
}

// Cause is what makes a posting, and makes it once.
type Cause struct {
	ID          string // unique among a scope's postings in the currency
	At          time.Time
	Currency    string // three letters, lower case
	Description string // for people; empty: none
	Reference   string // what it belongs to: a payment intent, a charge, a hold, a payout; empty: nothing
}

// Posting moves money between accounts. Nothing is taken from one account that
// does not come to another: the entries sum to zero.
type Posting struct {
	Cause
	Kind    PostingKind
	Entries []Entry
}

// Check reports what is wrong with a posting; such a posting is a fault of
// whoever made it.
func (p Posting) Check() error {
	if p.ID == "" || p.At.IsZero() || len(p.Currency) != 3 || p.Kind == "" || len(p.Entries) < 2 {
		return fmt.Errorf("posting %q is incomplete", p.ID)
	}
	var sum int64
	seen := map[Account]bool{}
	for _, e := range p.Entries {
		if e.Amount == 0 || seen[e.Account] {
			return fmt.Errorf("posting %q has an empty or a second entry for %s", p.ID, e.Account)
		}
		seen[e.Account] = true
		next := sum + e.Amount
		if (next > sum) != (e.Amount > 0) {
			return fmt.Errorf("posting %q is too large", p.ID)
		}
		sum = next
	}
	if sum != 0 {
		return fmt.Errorf("the entries of posting %q sum to %d", p.ID, sum)
	}
	return nil
}

// Same reports whether two postings do the same for the same thing, whenever
// they did.
func (p Posting) Same(o Posting) bool {
	return p.ID == o.ID && p.Kind == o.Kind && p.Currency == o.Currency && p.Description == o.Description && slices.Equal(p.sorted(), o.sorted())
}

func (p Posting) sorted() []Entry {
	return slices.SortedFunc(slices.Values(p.Entries), func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Account.Kind, b.Account.Kind), cmp.Compare(a.Account.Owner, b.Account.Owner))
	})
}

// Books are those that the posting touches, in the order of its entries. The
// platform's is among them only if one of its accounts is.
func (p Posting) Books() []Book {
	var books []Book
	for _, e := range p.Entries {
		if b := e.Account.Book(); !slices.Contains(books, b) {
			books = append(books, b)
		}
	}
	return books
}

// In are the posting's entries in a book.
func (p Posting) In(b Book) []Entry {
	return slices.DeleteFunc(slices.Clone(p.Entries), func(e Entry) bool { return e.Account.Book() != b })
}

// Amount is what the posting does to an account; 0 for nothing.
func (p Posting) Amount(a Account) int64 {
	for _, e := range p.Entries {
		if e.Account == a {
			return e.Amount
		}
	}
	return 0
}

// Needs is how much an account has to have before the posting; 0 if that does
// not matter. What a user or a creator spends has to be there. What is taken
// back because Stripe took it back is gone whether it is there or not.
func (p Posting) Needs(e Entry) int64 {
	if e.Amount >= 0 || e.Account.Owner == "" || p.Kind.overdraws() {
		return 0
	}
	return -e.Amount
}

// Lifetime is what the posting adds to all that a user ever deposited and
// spent. Deposited less spent is what is in the wallet and held of it.
func (p Posting) Lifetime(user string) (deposited, spent int64) {
	net := p.Amount(Account{WalletAccount, user}) + p.Amount(Account{HeldAccount, user})
	if p.Kind.deposits() {
		return net, 0
	}
	return 0, -net
}

// BasisPoints is all of a price, as fees are counted in.
const BasisPoints = 10_000

// Fee is the part of a price that the platform keeps, rounded half up.
func Fee(price, basisPoints int64) int64 { return share(price, basisPoints, BasisPoints) }

// share is amount * part / whole, rounded half up. None is negative, and no
// part is larger than its whole, so the product may need 128 bits and the
// result does not.
func share(amount, part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(part))     //nolint:gosec // not negative
	lo, carry := bits.Add64(lo, uint64(whole)/2, 0)        //nolint:gosec // not negative
	quotient, _ := bits.Div64(hi+carry, lo, uint64(whole)) //nolint:gosec // not negative
	return int64(quotient)                                 //nolint:gosec // no more than amount
}

// What refuses a posting.
var (
	ErrInsufficientBalance = NewError(PaymentRequired, "insufficient_balance", "The balance is too low")
	ErrAnotherPosting      = NewError(Conflict, "idempotency_key_reused", "The Idempotency-Key was used for something else")
)

// Balances are those of a book, by account; what is absent is 0.
type Balances map[Account]int64

// Recount adds up postings and says which balances differ, by how much: none,
// unless money was lost, doubled or invented.
func (b Balances) Recount(postings []Posting) Balances {
	differ := Balances{}
	for account, balance := range b {
		differ[account] += balance
	}
	for _, p := range postings {
		for _, e := range p.Entries {
			differ[e.Account] -= e.Amount
		}
	}
	for account, by := range differ {
		if by == 0 {
			delete(differ, account)
		}
	}
	return differ
}
