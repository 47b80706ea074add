package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
)

// Every operation takes what the document says it takes, up to the bounds, and
// answers as documented.
func TestRightInput(t *testing.T) {
	t.Parallel()
	seller := newSeller(t)
	seller.subscribe(t)
	for _, k := range allKnown(t) {
		right, _ := k.queries(t)
		variants := slices.Concat(k.rightBodies(t), right)
		if schema, _ := k.body(); schema == nil {
			variants = append(variants, variant{name: "nothing sent", change: func(*request) {}, status: k.success(t)})
		}
		if k.takesCookie() {
			variants = append(variants, variant{name: "the session cookie", change: inCookie, status: k.success(t)})
		}
		for _, v := range variants {
			t.Run(k.id+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				r := k.request(t, k.prepare(t, seller))
				v.change(&r)
				if a := k.send(t, r); v.status < http.StatusBadRequest {
					a.is(t, v.status)
				} else {
					a.refuses(t, v.status, v.loc)
				}
			})
		}
	}
}

// A request with an Idempotency-Key of any permitted length happens once.
func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	seller := newSeller(t)
	for _, k := range allKnown(t) {
		parameter := k.parameter("header", "Idempotency-Key")
		if parameter == nil {
			continue
		}
		for _, length := range []uint64{parameter.Schema.Value.MinLength, *parameter.Schema.Value.MaxLength} {
			t.Run(fmt.Sprintf("%s/%d", k.id, length), func(t *testing.T) {
				t.Parallel()
				p := k.prepare(t, seller)
				if k.scheme(t) == endUser && p.user == seller.user {
					p = seller.subscriber(t) // keys are the user's own
				}
				r := k.request(t, p)
				r.header.Set("Idempotency-Key", strings.Repeat("k", int(length)))
				first, second := k.send(t, r), k.send(t, r)
				first.is(t, k.success(t))
				second.is(t, first.status)
				if diff := cmp.Diff(string(first.body), string(second.body)); diff != "" {
					t.Errorf("%v: the second answer (-first +second):\n%s", second, diff)
				}
				if k.ledger {
					k.happensOnce(t, r)
					return
				}
				if got := []string{first.header.Get("Idempotent-Replayed"), second.header.Get("Idempotent-Replayed")}; !slices.Equal(got, []string{"", "true"}) {
					t.Errorf("Idempotent-Replayed = %q", got)
				}
				set(t, "x_unknown", 7)(&r)
				k.send(t, r).refuses(t, http.StatusConflict, "")
			})
		}
	}
}

// Every operation refuses what the document does not allow, says where the
// mistake is, and changes nothing.
//
// It is not parallel to other tests: it looks at the whole table.
func TestWrongInput(t *testing.T) {
	seller := newSeller(t)
	seller.subscribe(t)
	tried := map[string]place{}
	all := allKnown(t)
	for _, k := range all {
		tried[k.id] = k.prepare(t, seller)
	}
	unchanged(t, seller, func(t *testing.T) {
		for _, k := range all {
			p := tried[k.id]
			_, wrong := k.queries(t)
			for _, v := range slices.Concat(k.wrongBodies(t), wrong, k.wrongPaths(t, p), k.wrongHeaders(t)) {
				t.Run(k.id+"/"+v.name, func(t *testing.T) {
					t.Parallel()
					r := k.request(t, p)
					v.change(&r)
					k.send(t, r).refuses(t, v.status, v.loc)
				})
			}
		}
	})
}

// unchanged runs tests that must not change what is stored.
func unchanged(t *testing.T, seller place, tests func(t *testing.T)) {
	t.Helper()
	seller.settle(t)
	before := stored(t)
	t.Run("refused", tests)
	seller.settle(t)
	if diff := cmp.Diff(before, stored(t)); diff != "" {
		t.Errorf("refused requests changed the table (-before +after):\n%s", diff)
	}
}

// stored is the whole table, by the items' keys, but for what refused requests
// leave: word of deliveries, for their project's developer to know, and how
// often a backend has called.
func stored(t *testing.T) map[string]map[string]any {
	t.Helper()
	pages := dynamodb.NewScanPaginator(running.DynamoDB(), &dynamodb.ScanInput{
		TableName: aws.String(running.TableName), ConsistentRead: aws.Bool(true),
	})
	items := map[string]map[string]any{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var some []map[string]any
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &some); err != nil {
			t.Fatal(err)
		}
		for _, item := range some {
			key := fmt.Sprint(item["PK"], " ", item["SK"])
			if item["SK"] == "REFUSED" || item["SK"] == "RATE" || strings.Contains(key, "#USAGE ") {
				continue
			}
			items[key] = item
		}
	}
	if len(items) == 0 {
		t.Fatal("the table is empty")
	}
	return items
}

// The cursor of a page leads to the rows that follow it, and the last page has
// none.
func TestCursors(t *testing.T) {
	t.Parallel()
	seller := newSeller(t)
	seller.subscribe(t)
	seller.subscriber(t)
	for _, k := range allKnown(t) {
		size, cursor := "page_size", "cursor"
		if k.parameter("query", "limit") != nil {
			size = "limit"
		}
		if k.parameter("query", "starting_after") != nil {
			cursor = "starting_after" // as at Stripe
		}
		if k.parameter("query", cursor) == nil {
			continue
		}
		t.Run(k.id, func(t *testing.T) {
			t.Parallel()
			p := seller
			if k.twice != nil {
				p = k.twice(t, seller)
			}
			r := k.request(t, p)
			query(size, "1")(&r)
			rows := map[any]bool{}
			var last onePage
			for pages := 1; pages == 1 || last.next != nil; pages++ {
				last = page(t, k.send(t, r))
				rows[last.row] = true
				if len(rows) != pages {
					t.Fatalf("page %d repeats a row: %+v", pages, last)
				}
				query(cursor, fmt.Sprint(last.next))(&r)
			}
			if last.total != float64(len(rows)) && last.total != unknownTotal || len(rows) < 2 {
				t.Errorf("%d pages of one row, the last is %+v", len(rows), last)
			}
		})
	}
}

// onePage is a page with one row.
type onePage struct {
	row, next any
	total     float64 // unknownTotal where the answer does not say
}

const unknownTotal = -1

func page(t *testing.T, a answer) onePage {
	t.Helper()
	members, _ := a.decode(t).(map[string]any)
	total, told := members["total"].(float64)
	if !told {
		total = unknownTotal
	}
	next, named := members["next_cursor"]
	if !named {
		next = members["nextCursor"]
	}
	for name, id := range map[string]string{
		"subscriptions": "id", "payments": "id", "events": "event_id", "customers": "id", "prices": "id", "items": "id",
		"payouts": "id",
	} {
		if rows, ok := members[name].([]any); ok && len(rows) == 1 {
			row, _ := rows[0].(map[string]any)
			return onePage{row[id], next, total}
		}
	}
	t.Fatalf("%v is no page of one row", a)
	return onePage{}
}
