package object

// TestClock is https://docs.stripe.com/api/test_clocks/object.
type TestClock struct {
	ID            string         `json:"id"`
	Object        string         `json:"object"`
	Created       int64          `json:"created"`
	DeletesAfter  int64          `json:"deletes_after"`
	FrozenTime    int64          `json:"frozen_time"`
	Livemode      bool           `json:"livemode"`
	Name          Text           `json:"name"`
	Status        string         `json:"status"`
	StatusDetails AdvanceDetails `json:"status_details"`
}

// AdvanceDetails say where a test clock is going.
type AdvanceDetails struct {
	Advancing *Advancing `json:"advancing,omitempty"`
}

// Advancing is the time that a test clock is advancing to.
type Advancing struct {
	TargetFrozenTime int64 `json:"target_frozen_time"`
}
