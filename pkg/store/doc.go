// Package store is the DynamoDB table: the only place that knows its keys,
// items and expressions. Every read that leads to a write is strongly
// consistent, every write that something depends on is conditional, nothing
// scans. keys.go shows the whole single-table design on one page.
package store
