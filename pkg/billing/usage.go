package billing

import "time"

// UsageClass is what the calls of the customer endpoints are counted as.
type UsageClass string

// The classes. A call that is refused for its rate is counted as UsageDenied only.
const (
	UsageCreate UsageClass = "creates"
	UsageQuery  UsageClass = "queries"
	UsageDenied UsageClass = "refused"
)

// Usage is how often a scope called within an hour.
type Usage struct {
	Hour    time.Time
	Creates int64
	Queries int64
	Refused int64
}
