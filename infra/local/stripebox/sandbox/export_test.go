package sandbox

import (
	"maps"
	"slices"
)

// Operations are the patterns of every operation of the API.
func Operations() []string {
	var patterns []string
	for _, operations := range []map[string]operation{
		paymentOperations(), billingOperations(), accountOperations(), connectOperations(),
		cloverOperations(), earlierOperations(),
	} {
		patterns = slices.AppendSeq(patterns, maps.Keys(operations))
	}
	slices.Sort(patterns)
	return patterns
}
