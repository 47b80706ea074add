package wallet_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stripe/stripe-go/v79"

	"billhook/infra/local/functiontest"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
	"billhook/pkg/projector"
	"billhook/pkg/wallet"
)

// world is a project with the Stripe sandbox, and its wallets.
type world struct {
	*functiontest.World
	sandbox   *functiontest.Sandbox
	scope     billing.Scope
	projector *projector.Projector
	wallets   *wallet.Wallets
	db        *dynamodb.Client
	table     string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := functiontest.New(t)
	sandbox := functiontest.NewSandbox(t)
	project := w.CreateProject(t, "developer-1")
	w.Configure(t, project.ID, billing.Test, functiontest.Credentials(billing.Test))
	table := w.Function.Table
	stripe := gateway.New(table, w.Function.Vault, sandbox.URL)
	learner := projector.New(table, stripe, w.Function.Now)
	return world{
		World: w, sandbox: sandbox, scope: billing.Scope{Project: project.ID, Mode: billing.Test},
		projector: learner, wallets: wallet.New(table, stripe, learner, w.Function.Log, w.Function.Now),
		db: dynamodb.NewFromConfig(w.Config), table: w.TableName(),
	}
}

func (w world) cause(id string) billing.Cause {
	return billing.Cause{ID: id, At: w.Clock.Now(), Currency: "usd"}
}

// saveCard gives a user a customer with a card that pays.
func (w world) saveCard(t *testing.T, user string) {
	t.Helper()
	customer, err := w.sandbox.API.Customers.New(&stripe.CustomerParams{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.sandbox.API.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Function.Table.LinkCustomer(t.Context(), w.scope, billing.Customer{ID: customer.ID, User: user}, billing.Route{Gateway: billing.GatewayOwnKeys}, billing.Link{}); err != nil {
		t.Fatal(err)
	}
}

// addsUp checks that every balance is the sum of its postings.
func (w world) addsUp(t *testing.T) {
	t.Helper()
	if differ, err := w.Function.Table.Recount(t.Context(), w.scope, "usd"); err != nil || len(differ) > 0 {
		t.Errorf("balances differ from their postings: %v, %v", differ, err)
	}
}

// moment reads all balances as they are at one moment: those of the books and
// of the platform's 64 shards, by "book account".
func (w world) moment(ctx context.Context, books ...billing.Book) (map[string]int64, error) {
	prefix := w.scope.String() + "#LEDGER#usd#"
	var partitions []string
	for _, b := range books {
		partitions = append(partitions, map[billing.AccountKind]string{billing.WalletAccount: "WALLET#", billing.CreatorAccount: "CREATOR#"}[b.Kind]+b.Owner)
	}
	for shard := range 64 {
		partitions = append(partitions, strconv.Itoa(shard))
	}
	var gets []types.TransactGetItem
	for _, p := range partitions {
		gets = append(gets, types.TransactGetItem{Get: &types.Get{TableName: aws.String(w.table), Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: prefix + p}, "SK": &types.AttributeValueMemberS{Value: "BALANCE"},
		}}})
	}
	out, err := w.db.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: gets})
	if err != nil {
		return nil, err
	}
	balances := map[string]int64{}
	for i, r := range out.Responses {
		for _, kind := range []string{"wallet", "held", "creator", "transit", "fees", "stripe"} {
			n, is := r.Item[kind].(*types.AttributeValueMemberN)
			if !is {
				continue
			}
			balance, err := strconv.ParseInt(n.Value, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("balance %s: %w", n.Value, err)
			}
			balances[partitions[i]+" "+kind] = balance
		}
	}
	return balances, nil
}

// canceled reports whether a read met a write.
func canceled(err error) bool {
	_, is := errors.AsType[*types.TransactionCanceledException](err)
	return is
}
