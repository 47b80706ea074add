package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/infra/local/sam"
)

// The sizes are DynamoDB's: an item that is filled up to a kilobyte takes one
// unit, and one of a byte more takes two.
func TestSizesAreDynamoDBs(t *testing.T) {
	t.Parallel()
	client, table := dynamodbtest.New(t)
	for name, value := range map[string]types.AttributeValue{
		"text":            &types.AttributeValueMemberS{Value: "Größe"},
		"number":          &types.AttributeValueMemberN{Value: "1770110104000"},
		"negative number": &types.AttributeValueMemberN{Value: "-2400"},
		"fraction":        &types.AttributeValueMemberN{Value: "0.005"},
		"zero":            &types.AttributeValueMemberN{Value: "0"},
		"binary":          &types.AttributeValueMemberB{Value: []byte("abcde")},
		"truth":           &types.AttributeValueMemberBOOL{Value: true},
		"null":            &types.AttributeValueMemberNULL{Value: true},
		"map":             &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": &types.AttributeValueMemberS{Value: "b"}}},
		"list":            &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: "b"}, &types.AttributeValueMemberBOOL{}}},
		"list in a list":  &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberL{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			put := func(padding int) float64 {
				out, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
					TableName: &table, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
					Item: map[string]types.AttributeValue{
						"PK": &types.AttributeValueMemberS{Value: name}, "SK": &types.AttributeValueMemberS{Value: strings.Repeat("x", 1+padding%2)},
						"value": value, "padding": &types.AttributeValueMemberS{Value: strings.Repeat("x", padding-padding%2)},
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				return aws.ToFloat64(out.ConsumedCapacity.CapacityUnits)
			}
			size, err := item{
				"PK": text(name), "SK": text("x"), "padding": text(""), "value": asJSON(t, value),
			}.size()
			if err != nil {
				t.Fatal(err)
			}
			if full, over := put(writeUnit-size), put(writeUnit-size+1); full != 1 || over != 2 {
				t.Errorf("%d bytes by the rules, but %v and %v units with a kilobyte and a byte more", size, full, over)
			}
		})
	}
}

func text(s string) attribute {
	raw, _ := json.Marshal(s) // a string always can be
	return attribute{"S": raw}
}

// asJSON is a value as DynamoDB's JSON has it.
func asJSON(t *testing.T, value types.AttributeValue) attribute {
	t.Helper()
	var plain func(types.AttributeValue) map[string]any
	plain = func(value types.AttributeValue) map[string]any {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			return map[string]any{"S": v.Value}
		case *types.AttributeValueMemberN:
			return map[string]any{"N": v.Value}
		case *types.AttributeValueMemberB:
			return map[string]any{"B": v.Value}
		case *types.AttributeValueMemberBOOL:
			return map[string]any{"BOOL": v.Value}
		case *types.AttributeValueMemberNULL:
			return map[string]any{"NULL": v.Value}
		case *types.AttributeValueMemberM:
			m := map[string]any{}
			for name, element := range v.Value {
				m[name] = plain(element)
			}
			return map[string]any{"M": m}
		case *types.AttributeValueMemberL:
			l := []any{}
			for _, element := range v.Value {
				l = append(l, plain(element))
			}
			return map[string]any{"L": l}
		default:
			t.Fatalf("%T", v)
			return nil
		}
	}
	raw, err := json.Marshal(plain(value))
	if err != nil {
		t.Fatal(err)
	}
	var a attribute
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestWriteUnits(t *testing.T) {
	t.Parallel()
	indexes := []sam.Index{{Name: "ByStatus", Projection: "KEYS_ONLY", Key: []sam.KeyElement{{Attribute: "by_status"}, {Attribute: "list_order"}}}}
	row := func(status string, padding int) item {
		return item{"PK": text("a"), "SK": text("b"), "by_status": text(status), "list_order": text("1"), "x": text(strings.Repeat("x", padding))}
	}
	plain := item{"PK": text("a"), "SK": text("b")}
	for name, c := range map[string]struct {
		transaction bool
		changes     []change
		want        int
	}{
		"a new row":              {true, []change{{nil, row("active", 0)}}, 2 + 1},
		"by itself":              {false, []change{{nil, row("active", 0)}}, 1 + 1},
		"its place stays":        {true, []change{{row("active", 0), row("active", 1)}}, 2},
		"its place changes":      {true, []change{{row("active", 0), row("past_due", 0)}}, 2 + 2},
		"it goes":                {false, []change{{row("active", 0), nil}}, 1 + 1},
		"it shrinks":             {true, []change{{row("active", 1024), row("active", 0)}}, 4},
		"one that is not listed": {true, []change{{nil, plain}}, 2},
		"a check":                {true, []change{{plain, plain}}, 2},
		"several":                {true, []change{{nil, plain}, {nil, row("active", 0)}}, 2 + 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := writeUnits(indexes, c.transaction, c.changes)
			if err != nil || got != c.want {
				t.Errorf("%d units, want %d; %v", got, c.want, err)
			}
		})
	}
	indexes[0].Projection = "ALL"
	if err := keysOnly(indexes); err == nil {
		t.Error("an index that holds more is not refused")
	}
}

func TestReadUnits(t *testing.T) {
	t.Parallel()
	const keys = `[{"PK": {"S": "a"}, "SK": {"S": "b"}}, {"PK": {"S": "a"}, "SK": {"S": "c"}}]`
	found := func(sizes ...int) string {
		var items []item
		for _, n := range sizes {
			items = append(items, item{"PK": text("a"), "SK": text(strings.Repeat("x", n-len("PKSKa")))})
		}
		encoded, err := json.Marshal(items)
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	for name, c := range map[string]struct {
		operation, request, answer string
		want                       int
	}{
		"both are there":  {"BatchGetItem", `{"RequestItems": {"t": {"Keys": ` + keys + `}}}`, `{"Responses": {"t": ` + found(100, 100) + `}}`, 2},
		"one is large":    {"BatchGetItem", `{"RequestItems": {"t": {"Keys": ` + keys + `}}}`, `{"Responses": {"t": ` + found(100, 4097) + `}}`, 3},
		"none is there":   {"BatchGetItem", `{"RequestItems": {"t": {"Keys": ` + keys + `}}}`, `{"Responses": {"t": []}}`, 2},
		"a query":         {"Query", `{}`, `{"Items": ` + found(2000, 2096) + `}`, 1},
		"a larger query":  {"Query", `{}`, `{"Items": ` + found(2000, 2097) + `}`, 2},
		"an empty answer": {"Query", `{}`, `{"Items": []}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readUnits(c.operation, []byte(c.request), []byte(c.answer))
			if err != nil || got != c.want {
				t.Errorf("%d units, want %d; %v", got, c.want, err)
			}
		})
	}
}
