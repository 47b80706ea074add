package functiontest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
	"testing"
)

// A secret may be looked for by its form: what is shown of Stripe's
// credentials has dots after the prefix, and nothing else begins like a token.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`\b(sk|rk|pk)_(test|live)_[A-Za-z0-9]`),
	regexp.MustCompile(`\bwhsec_[A-Za-z0-9+/]`),
	regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}`),
	regexp.MustCompile(regexp.QuoteMeta(jwtSecret)),
}

// leaked is the first secret in a text, with what stands around it; empty if
// there is none.
func leaked(text []byte) string {
	for _, form := range secretForms {
		if at := form.FindIndex(text); at != nil {
			return string(text[max(0, at[0]-40):min(len(text), at[1]+40)])
		}
	}
	return ""
}

// transcript keeps what the product says. It is safe for concurrent use.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *transcript) bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.text.Bytes())
}

// checkSecrets fails the test if a secret got into a log line, an answer or an
// item.
func (w *World) checkSecrets(t *testing.T) {
	t.Helper()
	for place, text := range map[string][]byte{"the log": w.log.bytes(), "an answer": w.answers.bytes(), "the table": w.storedText(t)} {
		if found := leaked(text); found != "" {
			t.Errorf("a secret got into %s: %s", place, found)
		}
	}
}

// storedText is the whole table as text.
func (w *World) storedText(t *testing.T) []byte {
	t.Helper()
	items, err := w.items(context.Background()) // the test's own context may be over
	if err != nil {
		t.Errorf("read the table: %v", err)
	}
	text, err := json.Marshal(items)
	if err != nil {
		t.Errorf("print the table: %v", err)
	}
	return text
}

// scans counts the reads of the table that were not by key.
func (a *Account) scans() int {
	calls := a.Calls()
	return calls["Scan"] + calls["ExecuteStatement"] + calls["BatchExecuteStatement"] + calls["ExecuteTransaction"]
}

// Log is what the product has logged so far, a JSON object each line.
func (w *World) Log(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range bytes.Lines(w.log.bytes()) {
		var read map[string]any
		if err := json.Unmarshal(line, &read); err != nil {
			t.Fatalf("log line %s: %v", line, err)
		}
		lines = append(lines, read)
	}
	return lines
}

// Logged reports whether a log line has all of these members.
func (w *World) Logged(t *testing.T, members map[string]any) bool {
	t.Helper()
	for _, line := range w.Log(t) {
		all := true
		for name, value := range members {
			all = all && fmt.Sprint(line[name]) == fmt.Sprint(value)
		}
		if all {
			return true
		}
	}
	return false
}
