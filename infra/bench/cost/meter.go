package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

const target = "DynamoDB_20120810."

// meter makes a call of DynamoDB and says what it costs. What a write changed
// is seen by reading its items before and after.
func (c caller) meter(request *http.Request, operation string, body []byte) (answer response, read, write int, err error) {
	switch operation {
	case "BatchGetItem", "Query":
		if answer, err = c.call(request, target+operation, body); err != nil {
			return answer, 0, 0, err
		}
		read, err = readUnits(operation, body, answer.body)
		return answer, read, 0, err
	case "TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem":
		keys, table, err := written(operation, body)
		if err != nil {
			return response{}, 0, 0, err
		}
		before, err := c.items(request, table, keys)
		if err != nil {
			return response{}, 0, 0, err
		}
		if answer, err = c.call(request, target+operation, body); err != nil {
			return answer, 0, 0, err
		}
		after, err := c.items(request, table, keys)
		if err != nil {
			return answer, 0, 0, err
		}
		var changes []change
		for _, k := range keys {
			changes = append(changes, change{before[k.key()], after[k.key()]})
		}
		write, err = writeUnits(c.indexes, operation == "TransactWriteItems", changes)
		return answer, 0, write, err
	default:
		answer, err = c.call(request, target+operation, body)
		return answer, 0, 0, fmt.Errorf("what the operation costs is not known: %w", err)
	}
}

// action is one write, or check, of a request.
type action struct {
	TableName string
	Item, Key item
}

// written are the keys that a request writes or checks.
func written(operation string, body []byte) (keys []item, table string, err error) {
	var actions []action
	if operation == "TransactWriteItems" {
		var request struct {
			TransactItems []map[string]action
		}
		if err := json.Unmarshal(body, &request); err != nil {
			return nil, "", err
		}
		for _, kinds := range request.TransactItems {
			for _, a := range kinds { // there is one
				actions = append(actions, a)
			}
		}
	} else {
		var a action
		if err := json.Unmarshal(body, &a); err != nil {
			return nil, "", err
		}
		actions = append(actions, a)
	}
	for _, a := range actions {
		table = a.TableName
		if a.Key == nil {
			a.Key = a.Item.primary()
		}
		keys = append(keys, a.Key)
	}
	return keys, table, nil
}

// items reads items, by their keys.
func (c caller) items(request *http.Request, table string, keys []item) (map[string]item, error) {
	body, err := json.Marshal(map[string]any{
		"RequestItems": map[string]any{table: map[string]any{"Keys": keys, "ConsistentRead": true}},
	})
	if err != nil {
		return nil, err
	}
	answer, err := c.call(request, target+"BatchGetItem", body)
	if err != nil {
		return nil, err
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("read the items: %d %s", answer.status, answer.body)
	}
	var found struct{ Responses map[string][]item }
	if err := json.Unmarshal(answer.body, &found); err != nil {
		return nil, err
	}
	byKey := map[string]item{}
	for _, i := range found.Responses[table] {
		byKey[i.key()] = i
	}
	return byKey, nil
}

// readUnits is what a strongly consistent read costs: of a batch each item by
// itself, also one that is not there; of a query all together.
func readUnits(operation string, request, answer []byte) (int, error) {
	if operation == "Query" {
		var found struct{ Items []item }
		if err := json.Unmarshal(answer, &found); err != nil {
			return 0, err
		}
		total := 0
		for _, i := range found.Items {
			n, err := i.size()
			if err != nil {
				return 0, err
			}
			total += n
		}
		return units(total, readUnit), nil
	}
	var asked struct {
		RequestItems map[string]struct{ Keys []item }
	}
	var found struct{ Responses map[string][]item }
	if err := json.Unmarshal(request, &asked); err != nil {
		return 0, err
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return 0, err
	}
	total := 0
	for table, keys := range asked.RequestItems {
		total += len(keys.Keys) - len(found.Responses[table]) // not there: a unit each
		for _, i := range found.Responses[table] {
			n, err := i.size()
			if err != nil {
				return 0, err
			}
			total += units(n, readUnit)
		}
	}
	return total, nil
}
