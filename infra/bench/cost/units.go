package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"billhook/infra/local/sam"
)

// item is an item in DynamoDB's JSON: by name, the type and the value of each
// attribute.
type item map[string]attribute

type attribute map[string]json.RawMessage

// What one unit pays for, in bytes.
const (
	readUnit  = 4096
	writeUnit = 1024
)

// units rounds a size up, and nothing is free: a read that finds nothing, too,
// is a unit.
func units(size, unit int) int { return max(1, (size+unit-1)/unit) }

// size is an item's size by DynamoDB's rules: names and values of its
// attributes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func (i item) size() (int, error) {
	total := 0
	for name, value := range i {
		n, err := value.size()
		if err != nil {
			return 0, fmt.Errorf("attribute %s: %w", name, err)
		}
		total += len(name) + n
	}
	return total, nil
}

func (a attribute) size() (int, error) {
	for kind, raw := range a { // there is one
		switch kind {
		case "S":
			var s string
			err := json.Unmarshal(raw, &s)
			return len(s), err
		case "N":
			var n string
			err := json.Unmarshal(raw, &n)
			return numberSize(n), err
		case "B":
			var encoded string
			if err := json.Unmarshal(raw, &encoded); err != nil {
				return 0, err
			}
			b, err := base64.StdEncoding.DecodeString(encoded)
			return len(b), err
		case "BOOL", "NULL":
			return 1, nil
		case "M":
			var m item
			if err := json.Unmarshal(raw, &m); err != nil {
				return 0, err
			}
			n, err := m.size()
			return containerOverhead + len(m) + n, err
		case "L":
			return listSize(raw)
		default:
			return 0, fmt.Errorf("type %s is not known", kind)
		}
	}
	return 0, nil
}

// containerOverhead is what a list or a map costs beside its elements, each of
// which costs a byte more than itself.
const containerOverhead = 3

func listSize(raw json.RawMessage) (int, error) {
	var list []attribute
	if err := json.Unmarshal(raw, &list); err != nil {
		return 0, err
	}
	total := containerOverhead + len(list)
	for _, element := range list {
		n, err := element.size()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// numberSize is a byte for each two digits on either side of the decimal point,
// but for zeros before and after them, one more, and one for a sign.
func numberSize(n string) int {
	digits := strings.TrimLeft(n, "-")
	size := 1 + len(n) - len(digits)
	whole, fraction, _ := strings.Cut(digits, ".")
	if len(whole)%2 == 1 {
		whole = "0" + whole
	}
	if len(fraction)%2 == 1 {
		fraction += "0"
	}
	digits = whole + fraction
	for strings.HasPrefix(digits, "00") {
		digits = digits[2:]
	}
	for strings.HasSuffix(digits, "00") {
		digits = digits[:len(digits)-2]
	}
	return size + len(digits)/2
}

// entry is what an index keeps of an item; nil if the item is not in it.
func entry(index sam.Index, i item) item {
	kept := item{}
	for _, key := range index.Key {
		if i[key.Attribute] == nil {
			return nil
		}
		kept[key.Attribute] = i[key.Attribute]
	}
	for _, name := range []string{"PK", "SK"} {
		kept[name] = i[name]
	}
	return kept
}

// indexUnits is what a change of an item costs in an index that holds keys only:
// an entry that appears or goes is a write, one whose key changes is both.
// Indexes follow a transaction when it is over, so these writes do not count
// double. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
func indexUnits(index sam.Index, before, after item) (int, error) {
	was, is := entry(index, before), entry(index, after)
	if reflect.DeepEqual(was, is) {
		return 0, nil
	}
	total := 0
	for _, e := range []item{was, is} {
		if e == nil {
			continue
		}
		n, err := e.size()
		if err != nil {
			return 0, err
		}
		total += units(n, writeUnit)
	}
	return total, nil
}

// change is an item before and after a write; nil where there is none.
type change struct{ before, after item }

// writeUnits is what changes of items cost, indexes included. A transaction
// writes each item, or checks it, twice: to prepare and to commit.
func writeUnits(indexes []sam.Index, transaction bool, changes []change) (int, error) {
	factor := 1
	if transaction {
		factor = 2
	}
	total := 0
	for _, c := range changes {
		was, err := c.before.size()
		if err != nil {
			return 0, err
		}
		is, err := c.after.size()
		if err != nil {
			return 0, err
		}
		total += factor * units(max(was, is), writeUnit)
		for _, index := range indexes {
			n, err := indexUnits(index, c.before, c.after)
			if err != nil {
				return 0, err
			}
			total += n
		}
	}
	return total, nil
}

// keysOnly refuses indexes that the sums above are not made for.
func keysOnly(indexes []sam.Index) error {
	for _, index := range indexes {
		if index.Projection != "KEYS_ONLY" {
			return fmt.Errorf("index %s holds more than keys: its writes are not known", index.Name)
		}
	}
	return nil
}

// key is the item's primary key, in a form that can be compared.
func (i item) key() string {
	return string(i["PK"]["S"]) + string(i["SK"]["S"])
}

// primary is the item's key as an item.
func (i item) primary() item {
	k := item{}
	maps.Copy(k, i)
	maps.DeleteFunc(k, func(name string, _ attribute) bool { return !slices.Contains([]string{"PK", "SK"}, name) })
	return k
}
