package store_test

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/store"
)

func TestMain(m *testing.M) { os.Exit(dynamodbtest.Main(m)) }

// noon is when events happen. The year is one that no event record's time to
// live is behind.
var noon = time.Date(2100, 5, 1, 12, 0, 0, 0, time.UTC)

// open gives a test a table of its own, and a scope. At its end it must have
// been read by key only.
func open(t *testing.T) (*store.Table, *functiontest.Account, billing.Scope) {
	t.Helper()
	account := functiontest.NewAccount(t)
	name := account.CreateTable(t)
	t.Cleanup(func() {
		for operation, n := range account.Calls() {
			switch operation {
			case "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems":
			default: // what the functions' policies do not allow
				t.Errorf("%s was called %d times", operation, n)
			}
		}
	})
	return store.Open(dynamodb.NewFromConfig(account.Config), name), account, billing.Scope{Project: uuid.New(), Mode: billing.Test}
}

// eventNamed is the record of an event that was applied at noon.
func eventNamed(id string) billing.EventRecord {
	return billing.EventRecord{
		ID: id, Type: "customer.subscription.updated", Object: "sub_1", Outcome: billing.Applied,
		Created: noon, ReceivedAt: noon.Add(time.Second), Attempts: 1,
	}
}

// lookup asks for an event's own record, beside what l asks for.
func lookup(id string, l billing.Lookup) billing.Lookup {
	l.Event = &billing.Event{ID: id, Created: noon}
	return l
}

// commit writes changes that nothing stands in the way of.
func commit(t *testing.T, table *store.Table, s billing.Scope, c billing.Changes) {
	t.Helper()
	if err := table.Commit(t.Context(), s, c); err != nil {
		t.Fatal(err)
	}
}
