package api

import "time"

// Text is a nullable text of an answer: an empty one is null.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Time is a nullable time of an answer: the zero time is null.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
