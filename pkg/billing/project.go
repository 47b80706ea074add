package billing

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Project is one application of a developer, with billing of its own.
type Project struct {
	ID          uuid.UUID
	Owner       string // the tenant: a tenant claim, else the developer's subject
	Name        string
	Description string // empty: none
	Active      bool

	// RedirectOrigins are where Stripe's pages may send buyers back to; none
	// means the deployment's own list.
	RedirectOrigins []string
	// DefaultMode is for clients of the APIs that have no switch for the mode.
	DefaultMode Mode
	// Duplicates is what happens when a user is seen to have two subscriptions.
	Duplicates DuplicatePolicy
	// GraceDays is how long access outlasts a subscription's first failed
	// payment; nil: as long as DefaultGraceDays.
	GraceDays *int64
	// OnDispute is what happens to access while a payment is disputed.
	OnDispute DisputePolicy
	// MarketplaceFee is what the platform keeps of what users pay creators, in
	// basis points; nil: DefaultMarketplaceFee.
	MarketplaceFee *int64
	// EndUserRefunds lets end users have their own one-off payments refunded;
	// without it only the project's backends may ask for that.
	EndUserRefunds bool

	CreatedAt time.Time
	Revision  int64 // grows by one with each write
}

// DefaultMarketplaceFee is ten percent.
const DefaultMarketplaceFee = 1000

// FeeBasisPoints are those of the marketplace fee.
func (p Project) FeeBasisPoints() int64 {
	if p.MarketplaceFee == nil {
		return DefaultMarketplaceFee
	}
	return *p.MarketplaceFee
}

// DuplicatePolicy is what a project does about the newer of two subscriptions
// that a user has at once. It is marked in any case.
type DuplicatePolicy string

// The policies. The zero value is as good as FlagDuplicate.
const (
	FlagDuplicate DuplicatePolicy = "flag"          // nothing more
	CancelNewest  DuplicatePolicy = "cancel_newest" // it is canceled, and its first invoice refunded
)

// DisputePolicy is what a project does about the access of a user whose bank
// takes back a payment.
type DisputePolicy string

// The policies. The zero value is as good as KeepDisputed.
const (
	KeepDisputed    DisputePolicy = "keep"    // nothing
	SuspendDisputed DisputePolicy = "suspend" // subscriptions give nothing until the bank has decided
)

// The days of a grace period.
const (
	DefaultGraceDays = 7
	MostGraceDays    = 60
)

// Grace is how long access outlasts a subscription's first failed payment.
func (p Project) Grace() time.Duration {
	days := int64(DefaultGraceDays)
	if p.GraceDays != nil {
		days = *p.GraceDays
	}
	return time.Duration(days) * 24 * time.Hour
}

// AllowsRedirect reports whether a browser may be sent to a URL for the
// project. The deployment's origins count where the project names none.
func (p Project) AllowsRedirect(deployment []string, url string) bool {
	if len(p.RedirectOrigins) > 0 {
		return RedirectPolicy(p.RedirectOrigins).Allows(url)
	}
	return RedirectPolicy(deployment).Allows(url)
}

// ErrRedirectNotAllowed refuses a URL that the project does not send people to.
var ErrRedirectNotAllowed = NewError(Refused, "redirect_not_allowed", "The URL is not on an origin that the project allows")

// StripeConfig tells which Stripe credentials a project has. The credentials
// themselves are elsewhere: CredentialSet.Version points at them.
type StripeConfig struct {
	Project   uuid.UUID
	Active    bool // false after deactivation: nothing is used, everything is kept
	Test      CredentialSet
	Live      CredentialSet
	CreatedAt time.Time
	UpdatedAt time.Time
	Revision  int64 // grows by one with each write
}

// CredentialSet is the public view of one mode's credentials.
type CredentialSet struct {
	Version        string // of the stored secret; empty: nothing saved
	SecretKey      string // masked
	PublishableKey string // masked
	WebhookSecret  string // masked
	ConnectSecret  string // masked
	ConfiguredAt   time.Time
}

// Set is the credential set of a mode.
func (c *StripeConfig) Set(m Mode) *CredentialSet {
	if m == Live {
		return &c.Live
	}
	return &c.Test
}

// Usable reports whether calls to Stripe can be made in the mode.
func (c *StripeConfig) Usable(m Mode) bool {
	return c != nil && c.Active && c.Set(m).SecretKey != ""
}

// Receives reports whether events from Stripe are accepted in the mode.
func (c *StripeConfig) Receives(m Mode) bool {
	return c != nil && c.Active && c.Set(m).WebhookSecret != ""
}

// Credentials are the secrets of one project and mode.
type Credentials struct {
	SecretKey      Secret
	PublishableKey Secret // public by nature, but kept beside its secret key
	WebhookSecrets []WebhookSecret
	ConnectSecrets []WebhookSecret // of the endpoint for connected accounts, which has its own
}

// WebhookSecret signs events. The first of a set is the current one; the
// others were replaced and stay valid for a while, as they do at Stripe.
type WebhookSecret struct {
	Value      Secret
	ValidUntil time.Time // zero: current
}

// SecretOverlap is how long a replaced webhook secret stays valid where nobody
// says otherwise: as long as Stripe can be asked to keep signing with it.
const SecretOverlap = 24 * time.Hour

// RollWebhookSecret makes value the current webhook secret. No other stays
// valid for longer than the overlap; without one, they end at once.
func (c *Credentials) RollWebhookSecret(value Secret, overlap time.Duration, now time.Time) {
	c.WebhookSecrets = rolled(c.WebhookSecrets, value, overlap, now)
}

// RollConnectSecret is RollWebhookSecret for the endpoint for connected accounts.
func (c *Credentials) RollConnectSecret(value Secret, overlap time.Duration, now time.Time) {
	c.ConnectSecrets = rolled(c.ConnectSecrets, value, overlap, now)
}

func rolled(secrets []WebhookSecret, value Secret, overlap time.Duration, now time.Time) []WebhookSecret {
	kept := []WebhookSecret{{Value: value}}
	for _, old := range secrets {
		if old.Value == value {
			continue
		}
		if end := now.Add(overlap); old.ValidUntil.IsZero() || old.ValidUntil.After(end) {
			old.ValidUntil = end
		}
		if old.ValidUntil.After(now) {
			kept = append(kept, old)
		}
	}
	return kept
}

// SigningSecrets are the webhook secrets valid at a time.
func (c Credentials) SigningSecrets(now time.Time) []Secret {
	var valid []Secret
	for _, s := range slices.Concat(c.WebhookSecrets, c.ConnectSecrets) {
		if s.Value != "" && (s.ValidUntil.IsZero() || now.Before(s.ValidUntil)) {
			valid = append(valid, s.Value)
		}
	}
	return valid
}

// Public is what may be shown and stored of the credentials.
func (c Credentials) Public(version string, now time.Time) CredentialSet {
	set := CredentialSet{
		Version:        version,
		SecretKey:      Mask(c.SecretKey),
		PublishableKey: Mask(c.PublishableKey),
		ConfiguredAt:   now,
	}
	if len(c.WebhookSecrets) > 0 {
		set.WebhookSecret = Mask(c.WebhookSecrets[0].Value)
	}
	if len(c.ConnectSecrets) > 0 {
		set.ConnectSecret = Mask(c.ConnectSecrets[0].Value)
	}
	return set
}

// Mask keeps the prefix of a credential and its last four characters:
// sk_test_...9fQ2. A value too short to hide anything is masked whole.
func Mask(s Secret) string {
	value := s.Reveal()
	if value == "" {
		return ""
	}
	prefix := credentialPrefix(value)
	if body := value[len(prefix):]; utf8.ValidString(body) && len(body) >= 8 {
		return prefix + "..." + body[len(body)-4:]
	}
	return prefix + "..."
}

// credentialPrefix is what tells the kind of a credential. Underscores further
// on are part of the secret.
func credentialPrefix(value string) string {
	for _, p := range [...]string{"sk_test_", "sk_live_", "rk_test_", "rk_live_", "pk_test_", "pk_live_", "whsec_"} {
		if strings.HasPrefix(value, p) {
			return p
		}
	}
	return ""
}

// IsCredential reports whether the secret looks like a credential that Stripe
// issues: one of the prefixes, then letters, digits and what base64 adds.
func (s Secret) IsCredential(prefixes ...string) bool {
	for _, p := range prefixes {
		if body, ok := strings.CutPrefix(s.Reveal(), p); ok && body != "" {
			return !strings.ContainsFunc(body, notInCredentials)
		}
	}
	return false
}

func notInCredentials(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_+/=-", r)
}

// SecretKeyPrefixes are how a mode's secret and restricted keys begin.
func SecretKeyPrefixes(m Mode) []string {
	return []string{"sk_" + string(m) + "_", "rk_" + string(m) + "_"}
}
