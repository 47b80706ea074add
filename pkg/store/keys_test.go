package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"billhook/pkg/billing"
)

// What is stored under a key is lost when the key is written otherwise: these
// formats may never change.
func TestKeys(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904")
	other := uuid.MustParse("0195a3f0-7d10-7a4e-8c55-2f4be1a9d603")
	test, live := billing.Scope{Project: id, Mode: billing.Test}, billing.Scope{Project: id, Mode: billing.Live}
	const scope = "2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904#test"
	at := time.Date(2026, 2, 28, 23, 59, 59, 7e6, time.FixedZone("west", -5*3600)) // March in UTC
	for name, c := range map[string]struct {
		got  key
		want key
	}{
		"project":       {projectKey(id), key{"PROJECT#" + id.String(), "PROJECT"}},
		"configuration": {configKey(id), key{"PROJECT#" + id.String(), "STRIPE"}},
		"pointer": {
			pointerKey(billing.Project{ID: id, Owner: "dev#1", CreatedAt: at}),
			key{"OWNER#dev#1", "PROJECT#1772341199007#" + id.String()},
		},
		"pointer from 1970": {
			pointerKey(billing.Project{ID: id, Owner: "dev", CreatedAt: time.UnixMilli(1)}),
			key{"OWNER#dev", "PROJECT#0000000000001#" + id.String()},
		},
		"project's key":    {apiKeyKey("dev", id, other), key{"PROJECT#" + id.String(), "KEY#" + other.String()}},
		"developer's key":  {apiKeyKey("dev#1", uuid.Nil, other), key{"OWNER#dev#1", "KEY#" + other.String()}},
		"developer's keys": {apiKeyCountKey("dev#1"), key{"OWNER#dev#1", "KEYS"}},
		"key by its hash":  {apiKeyHashKey(billing.KeyHash{0xab, 31: 0x01}), key{"KEY#ab" + strings.Repeat("0", 60) + "01", "KEY"}},
		"link":             {linkKey(test, "user-1"), key{scope + "#USER#user-1", "CUSTOMER"}},
		"grant":            {grantKey(test, "user-1", other), key{scope + "#USER#user-1", "GRANT#" + other.String()}},
		"customer":         {customerKey(test, "cus_1"), key{scope + "#CUSTOMER#cus_1", "CUSTOMER"}},
		"live customer":    {customerKey(live, "cus_1"), key{id.String() + "#live#CUSTOMER#cus_1", "CUSTOMER"}},
		"subscription":     {subscriptionKey(test, "cus_1", "sub_1"), key{scope + "#CUSTOMER#cus_1", "SUB#sub_1"}},
		"transaction":      {transactionKey(test, "cus_1", "in_1"), key{scope + "#CUSTOMER#cus_1", "TXN#in_1"}},
		"event":            {eventKey(test, at, "evt_1"), key{scope + "#EVENTS#2026-03#2", "1772341199#evt_1"}},
		"another's shard":  {eventKey(test, at, "evt_2"), key{scope + "#EVENTS#2026-03#7", "1772341199#evt_2"}},
		"event from 1970":  {eventKey(test, time.Unix(5, 0), "evt_1"), key{scope + "#EVENTS#1970-01#2", "0000000005#evt_1"}},
		"counters":         {counterKey(test, 0), key{scope + "#COUNTERS#0", "COUNTERS"}},
		"plan":             {planKey(test, "plan_1"), key{scope + "#PLANS", "PLAN#plan_1"}},
		"plan's key":       {planKeyKey(test, "gold"), key{scope + "#PLANS", "KEY#gold"}},
		"default plan":     {defaultPlanKey(live), key{id.String() + "#live#PLANS", "DEFAULT"}},
		"posting":          {postingKey(test, "usd", "pi_1"), key{scope + "#LEDGER#usd#18", "POSTING#pi_1"}},
		"wallet":           {bookKey(test, "jpy", billing.WalletBook("user-1")), key{scope + "#LEDGER#jpy#WALLET#user-1", "BALANCE"}},
		"creator":          {bookKey(test, "usd", billing.CreatorBook("bob")), key{scope + "#LEDGER#usd#CREATOR#bob", "BALANCE"}},
		"hold":             {holdKey(test, "usd", "user-1", "hold_usd_1"), key{scope + "#LEDGER#usd#WALLET#user-1", "HOLD#hold_usd_1"}},
		"history": {
			key{SK: historyOrder(billing.Posting{Cause: billing.Cause{ID: "pi_1", At: at}})}, key{SK: "POSTING#1772341199007#pi_1"},
		},
		"counters' shards": {counterKey(test, counterShards-1), key{scope + "#COUNTERS#7", "COUNTERS"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}
