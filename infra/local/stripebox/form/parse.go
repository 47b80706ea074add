package form

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Values is a decoded form: a tree of named parameters.
type Values struct {
	root *node
}

// node is one parameter: a text, or a hash or list of further parameters.
type node struct {
	text     *string
	keys     []string // in the order of arrival
	children map[string]*node
}

// Parse nests the parameters of a query string or form body by their brackets,
// in the order in which they were sent.
func Parse(encoded string) (Values, error) {
	root := &node{}
	for pair := range strings.SplitSeq(encoded, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return Values{}, fmt.Errorf("decoding a parameter's name: %w", err)
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return Values{}, fmt.Errorf("decoding %s: %w", name, err)
		}
		root.insert(splitName(name), value)
	}
	return Values{root: root}, nil
}

// Take removes a top-level parameter and returns its list of texts. It serves
// parameters that every operation understands, such as expand.
func (v Values) Take(name string) []string {
	child := v.root.children[name]
	if child == nil {
		return nil
	}
	delete(v.root.children, name)
	v.root.keys = slices.DeleteFunc(v.root.keys, func(key string) bool { return key == name })
	var texts []string
	for _, item := range child.items() {
		if item.text != nil {
			texts = append(texts, *item.text)
		}
	}
	return texts
}

// Text is a top-level parameter; empty when it was not sent or is no text.
func (v Values) Text(name string) string {
	child := v.root.children[name]
	if child == nil || child.text == nil {
		return ""
	}
	return *child.text
}

// splitName turns items[0][price] into items, 0, price.
func splitName(name string) []string {
	head, rest, found := strings.Cut(name, "[")
	if !found || head == "" {
		return []string{name}
	}
	parts := []string{head}
	for part := range strings.SplitSeq(rest, "[") {
		parts = append(parts, strings.TrimSuffix(part, "]"))
	}
	return parts
}

func (n *node) insert(path []string, value string) {
	if len(path) == 0 {
		n.text = &value
		return
	}
	key := path[0]
	if key == "" {
		key = n.nextIndex(path[1:])
	}
	child := n.children[key]
	if child == nil {
		if n.children == nil {
			n.children = map[string]*node{}
		}
		child = &node{}
		n.children[key] = child
		n.keys = append(n.keys, key)
	}
	child.insert(path[1:], value)
}

// nextIndex is the list position of a[]= or a[][b]=: the last element as long
// as it has no b yet, else a new one.
func (n *node) nextIndex(rest []string) string {
	if len(rest) > 0 && len(n.keys) > 0 {
		last := n.keys[len(n.keys)-1]
		if n.children[last].children[rest[0]] == nil {
			return last
		}
	}
	return strconv.Itoa(len(n.keys))
}

// items are a list's elements in the order of their indexes.
func (n *node) items() []*node {
	keys := slices.Clone(n.keys)
	slices.SortStableFunc(keys, func(a, b string) int {
		x, _ := strconv.Atoi(a) // only lists are sorted; isList has checked the keys
		y, _ := strconv.Atoi(b)
		return x - y
	})
	items := make([]*node, 0, len(keys))
	for _, key := range keys {
		items = append(items, n.children[key])
	}
	return items
}

func (n *node) isList() bool {
	for _, key := range n.keys {
		if _, err := strconv.Atoi(key); err != nil {
			return false
		}
	}
	return true
}
