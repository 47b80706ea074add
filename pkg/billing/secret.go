package billing

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Secret is text that must not be printed: every way of formatting it gives a
// placeholder. Reveal is the only way to the value.
type Secret string

const hidden = "[secret]"

// Reveal is the value itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the value from whoever turns it into text.
func (s Secret) String() string { return hidden }

// Format hides the value from every verb of fmt. String alone would not: a
// verb that does not fit prints the value into its complaint.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the value from every encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// SecretVersion is one of the values that a secret has had.
type SecretVersion struct {
	Value     Secret
	CreatedAt time.Time
}
