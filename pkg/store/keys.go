package store

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// The single-table design. A scope is <project>#<mode>.
//
//	PK                                SK                        item
//	PROJECT#<project>                 PROJECT                   project
//	PROJECT#<project>                 STRIPE                    Stripe configuration, masked
//	PROJECT#<project>                 KEY#<id>                  API key of the project; ids grow with time
//	OWNER#<owner>                     PROJECT#<created>#<id>    pointer: a developer's projects, by age
//	OWNER#<owner>                     KEY#<id>                  API key of the developer
//	OWNER#<owner>                     KEYS                      how many of the developer's keys are active
//	KEY#<sha256>                      KEY                       API key, as callers present it
//	TENANT#<tenant>                   BILLING                   the tenant's billing switch and its connected accounts
//	CONNECTED#<account>#<mode>        TENANT                    whose connected account it is
//	CONNECT#<sha256>                  STATE                     an OAuth connection under way; expires
//	GATEWAY#<route>#<mode>#<customer> CUSTOMER                  whose customer it is, in an account that projects share
//	<scope>#USER#<user>               CUSTOMER                  link: the user's one Stripe customer
//	<scope>#USER#<user>               GRANT#<id>                access given by hand
//	<scope>#USER#<user>               CHECKOUT                  lease: who is starting a subscription for the user; expires
//	<scope>#CUSTOMER#<owner>          CUSTOMER                  customer
//	<scope>#CUSTOMER#<owner>          SUB#<sub>                 subscription
//	<scope>#CUSTOMER#<owner>          TXN#<invoice or intent>   transaction
//	<scope>#EMAIL#<address>           CUSTOMER#<id>             pointer: the project's customers that have had an e-mail address
//	<scope>#EVENTS#<month>#<shard>    <created>#<event>         event record; expires
//	<scope>#BODY#<event>              BODY                      quarantined event, whole; expires
//	<scope>#REFUSED                   REFUSED                   why a delivery was refused last
//	<scope>#ASK#<object>              ASK                       lease: who asks Stripe about the object; expires
//	<scope>#RATE#<class>              RATE                      how many calls of a class there were lately; expires
//	<scope>#USAGE                     <hour>                    how often the customer endpoints were called; expires
//	<scope>#COUNTERS#<shard>          COUNTERS                  counters
//	<scope>#PLANS                     PLAN#<id>                 plan
//	<scope>#PLANS                     KEY#<key>                 claim: whose the plan's key is
//	<scope>#PLANS                     DEFAULT                   claim: which plan is the default
//	<scope>#DAYS                      <date>                    counters as they stood when the day began; expires
//	RECONCILE#<shard>                 SCOPE#<scope>             a scope that receives events: how far it is compared with Stripe
//	IDEMPOTENCY#<execution>           IDEMPOTENCY               request with an Idempotency-Key; expires
//	<ledger>#<shard>                  POSTING#<id>              posting, under what caused it
//	<ledger>#<shard>                  BALANCE                   platform's accounts, and the totals of all others, as far as these postings go
//	<ledger>#WALLET#<user>            BALANCE                   user's accounts, and how the wallet is reloaded
//	<ledger>#WALLET#<user>            POSTING#<time>#<id>       posting, in the wallet's history
//	<ledger>#WALLET#<user>            HOLD#<id>                 hold that has not ended
//	<ledger>#CREATOR#<creator>        BALANCE                   creator's accounts
//	<ledger>#CREATOR#<creator>        POSTING#<time>#<id>       posting, in the creator's history
//	<ledger>#CREATOR#<creator>        CREATOR                   creator: the Stripe account, how and when it is paid
//	<ledger>#CREATOR#<creator>        PAYOUT#<id>               payout; ids grow with time
//	<scope>#ACCOUNT#<account>         CREATOR                   link: the creator that a connected account is of
//
// A ledger is <scope>#LEDGER#<currency>. Everybody's money moves against the
// platform's, so the platform's accounts are spread; a posting counts in the
// shard that it is kept in.
//
// Two indexes list subscriptions and transactions for developers, newest first.
// They hold keys only and are sharded, so a row's change costs no index write
// unless its status changes, and no index partition takes all of a project.
//
//	index      hash                                           range
//	ByProject  by_project: <scope>#<SUB|TXN>#<shard>          list_order: <created>#<id>
//	ByStatus   by_status: <scope>#<SUB|TXN>#<status>#<shard>  list_order
//	ByProject  by_project: <scope>#PAYOUT#<shard>             list_order
//	ByProject  by_project: <scope>#DUE#<shard>                <time>#<id>: wallets with a reload under way
//	ByProject  by_project: <scope>#DUE#<shard>                <time>#<id>#<amount>: holds
//
// Creators are in ByProject too, those of all projects, by when they are to be
// looked at: under PAYOUTS#<shard>, with that time as their list_order.
//
// What one caller reads at once shares a partition: a customer's subscriptions
// and transactions are one Query each. An event's key follows from the event
// alone, so its record is also the deduplication of its deliveries; months are
// sharded so that no partition takes all events of a project.

type key struct {
	PK string `dynamodbav:"PK"`
	SK string `dynamodbav:"SK"`
}

func (k key) attributes() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: k.PK},
		"SK": &types.AttributeValueMemberS{Value: k.SK},
	}
}

const (
	subscriptionPrefix = "SUB#"
	transactionPrefix  = "TXN#"
	pointerPrefix      = "PROJECT#"
	apiKeyPrefix       = "KEY#"
	scopePrefix        = "SCOPE#"
	customerPrefix     = "CUSTOMER#"
	planPrefix         = "PLAN#"
	grantPrefix        = "GRANT#"
)

func planPartition(s billing.Scope) string { return s.String() + "#PLANS" }

func planKey(s billing.Scope, id string) key { return key{planPartition(s), planPrefix + id} }

func planKeyKey(s billing.Scope, name string) key {
	return key{planPartition(s), apiKeyPrefix + name}
}

func defaultPlanKey(s billing.Scope) key { return key{planPartition(s), "DEFAULT"} }

func projectKey(id uuid.UUID) key { return key{"PROJECT#" + id.String(), "PROJECT"} }

func configKey(id uuid.UUID) key { return key{"PROJECT#" + id.String(), "STRIPE"} }

func ownerPartition(owner string) string { return "OWNER#" + owner }

func pointerKey(p billing.Project) key {
	return key{ownerPartition(p.Owner), fmt.Sprintf("%s%013d#%s", pointerPrefix, p.CreatedAt.UnixMilli(), p.ID)}
}

// apiKeyPartition holds the keys of a project, or of a developer where there is
// no project.
func apiKeyPartition(owner string, project uuid.UUID) string {
	if project == uuid.Nil {
		return ownerPartition(owner)
	}
	return projectKey(project).PK
}

func apiKeyKey(owner string, project, id uuid.UUID) key {
	return key{apiKeyPartition(owner, project), apiKeyPrefix + id.String()}
}

func apiKeyCountKey(owner string) key { return key{ownerPartition(owner), "KEYS"} }

func apiKeyHashKey(h billing.KeyHash) key { return key{apiKeyPrefix + h.String(), "KEY"} }

func switchKey(tenant string) key { return key{"TENANT#" + tenant, "BILLING"} }

func connectedKey(account string, m billing.Mode) key {
	return key{"CONNECTED#" + account + "#" + string(m), "TENANT"}
}

// connectionKey takes the hash of the state: whoever reads the table cannot
// complete the connection.
func connectionKey(hash string) key { return key{"CONNECT#" + hash, "STATE"} }

func sharedCustomerKey(r billing.Route, m billing.Mode, customer string) key {
	return key{fmt.Sprintf("GATEWAY#%s#%s#%s", r, m, customer), "CUSTOMER"}
}

func linkKey(s billing.Scope, user string) key { return key{s.String() + "#USER#" + user, "CUSTOMER"} }

func leaseKey(s billing.Scope, user string) key { return key{linkKey(s, user).PK, "CHECKOUT"} }

func grantKey(s billing.Scope, user string, id uuid.UUID) key {
	return key{linkKey(s, user).PK, grantPrefix + id.String()}
}

func customerPartition(s billing.Scope, owner string) string {
	return s.String() + "#CUSTOMER#" + owner
}

func customerKey(s billing.Scope, id string) key {
	return key{customerPartition(s, id), "CUSTOMER"}
}

func emailPartition(s billing.Scope, address string) string { return s.String() + "#EMAIL#" + address }

// emailKey takes an address as billing.Address has it.
func emailKey(s billing.Scope, address, customer string) key {
	return key{emailPartition(s, address), customerPrefix + customer}
}

func subscriptionKey(s billing.Scope, owner, id string) key {
	return key{customerPartition(s, owner), subscriptionPrefix + id}
}

func transactionKey(s billing.Scope, owner, id string) key {
	return key{customerPartition(s, owner), transactionPrefix + id}
}

// eventShards spreads the events of a month; listing them reads each shard.
const eventShards = 8

func eventKey(s billing.Scope, created time.Time, id string) key {
	return key{eventPartition(s, created, shardOf(id, eventShards)), eventOrder(billing.EventRef{ID: id, Created: created})}
}

func eventPartition(s billing.Scope, created time.Time, shard int) string {
	return fmt.Sprintf("%s#EVENTS#%s#%d", s, created.UTC().Format("2006-01"), shard)
}

// eventOrder sorts events by age. A reference without an ID comes before all
// events of its second.
func eventOrder(r billing.EventRef) string {
	return fmt.Sprintf("%010d#%s", max(r.Created.Unix(), 0), r.ID)
}

func bodyKey(s billing.Scope, event string) key { return key{s.String() + "#BODY#" + event, "BODY"} }

func refusalKey(s billing.Scope) key { return key{s.String() + "#REFUSED", "REFUSED"} }

func questionKey(s billing.Scope, object string) key {
	return key{s.String() + "#ASK#" + object, "ASK"}
}

func rateKey(s billing.Scope, class string) key { return key{s.String() + "#RATE#" + class, "RATE"} }

// usageKey sorts hours by age.
func usageKey(s billing.Scope, hour time.Time) key {
	return key{s.String() + "#USAGE", hour.UTC().Format("2006-01-02T15")}
}

// The lists, the indexes that hold them, and how far they are spread.
const (
	subscriptionList = "SUB"
	transactionList  = "TXN"
	payoutList       = "PAYOUT"

	byProject = "ByProject"
	byStatus  = "ByStatus"

	listShards = 4
)

// listing places a row in both indexes.
type listing struct {
	List       string `dynamodbav:"by_project"`
	StatusList string `dynamodbav:"by_status"`
	Order      string `dynamodbav:"list_order"`
}

func listed(s billing.Scope, list, status string, created time.Time, id string) listing {
	shard := shardOf(id, listShards)
	return listing{
		List:       listPartition(s, list, shard),
		StatusList: statusPartition(s, list, status, shard),
		Order:      billing.ListOrder(created, id),
	}
}

// listEnd is after every place of a list.
const listEnd = "~"

func listPartition(s billing.Scope, list string, shard int) string {
	return fmt.Sprintf("%s#%s#%d", s, list, shard)
}

func statusPartition(s billing.Scope, list, status string, shard int) string {
	return fmt.Sprintf("%s#%s#%s#%d", s, list, status, shard)
}

func shardOf(id string, shards uint32) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % shards)
}

// counterShards bounds how many writers can count in one scope at once.
const counterShards = 8

func counterKey(s billing.Scope, shard int) key {
	return key{fmt.Sprintf("%s#COUNTERS#%d", s, shard), "COUNTERS"}
}

// dayKey sorts days by age.
func dayKey(s billing.Scope, day time.Time) key {
	return key{s.String() + "#DAYS", day.UTC().Format(time.DateOnly)}
}

// reconciliationShards spreads the list of the scopes to reconcile; reading it
// reads each shard.
const reconciliationShards = 4

func reconciliationPartition(shard int) string { return fmt.Sprintf("RECONCILE#%d", shard) }

func reconciliationKey(s billing.Scope) key {
	return key{reconciliationPartition(shardOf(s.Project.String(), reconciliationShards)), scopePrefix + s.String()}
}

// executionKey takes an id that tells nothing of the Idempotency-Key; see
// pkg/web/keyed.go.
func executionKey(id string) key { return key{"IDEMPOTENCY#" + id, "IDEMPOTENCY"} }

// ledgerShards bounds how many postings can be written in one ledger at once;
// reading the platform's balances reads each shard. It cannot change: a posting
// is found in the shard that follows from its cause.
const ledgerShards = 64

const (
	balanceSort   = "BALANCE"
	postingPrefix = "POSTING#"
)

const ledgerName = "#LEDGER#"

func ledgerPrefix(s billing.Scope, currency string) string {
	return s.String() + ledgerName + currency + "#"
}

func journalPartition(s billing.Scope, currency string, shard int) string {
	return fmt.Sprintf("%s%d", ledgerPrefix(s, currency), shard)
}

// postingKey finds a posting by what caused it.
func postingKey(s billing.Scope, currency, id string) key {
	return key{journalPartition(s, currency, shardOf(id, ledgerShards)), postingPrefix + id}
}

// bookPartition is that of a user or a creator.
func bookPartition(s billing.Scope, currency string, b billing.Book) string {
	return ledgerPrefix(s, currency) + strings.ToUpper(string(b.Kind)) + "#" + b.Owner
}

func bookKey(s billing.Scope, currency string, b billing.Book) key {
	return key{bookPartition(s, currency, b), balanceSort}
}

// historyOrder sorts a book's postings by age.
func historyOrder(p billing.Posting) string {
	return fmt.Sprintf("%s%013d#%s", postingPrefix, p.At.UnixMilli(), p.ID)
}

const holdPrefix = "HOLD#"

func holdKey(s billing.Scope, currency, user, id string) key {
	return key{bookPartition(s, currency, billing.WalletBook(user)), holdPrefix + id}
}

// dueList has what is to be looked at by a time, whoever's it is.
const dueList = "DUE"

// due places an item in the list of what is to be looked at.
func due(s billing.Scope, at time.Time, id string) (list, order string) {
	return listPartition(s, dueList, shardOf(id, listShards)), dueOrder(at) + "#" + id
}

func dueOrder(at time.Time) string { return fmt.Sprintf("%013d", at.UnixMilli()) }

const (
	creatorSort  = "CREATOR"
	payoutPrefix = "PAYOUT#"

	// payoutShards spreads the list of the creators to look at; reading it reads
	// each shard.
	payoutShards = 4
)

func creatorKey(s billing.Scope, creator string) key {
	return key{bookPartition(s, billing.PayoutCurrency, billing.CreatorBook(creator)), creatorSort}
}

func payoutKey(s billing.Scope, creator, id string) key {
	return key{creatorKey(s, creator).PK, payoutPrefix + id}
}

func accountKey(s billing.Scope, account string) key {
	return key{s.String() + "#ACCOUNT#" + account, creatorSort}
}

func creatorList(shard int) string { return fmt.Sprintf("PAYOUTS#%d", shard) }
