package billing_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"billhook/pkg/billing"
)

var keyTime = time.Date(2026, 2, 3, 9, 14, 8, 0, time.UTC)

func newKey(t *testing.T) (billing.Key, billing.Secret) {
	t.Helper()
	key, secret, err := billing.NewKey(rand.Reader, keyTime)
	if err != nil {
		t.Fatal(err)
	}
	return key, secret
}

func TestNewKey(t *testing.T) {
	t.Parallel()
	key, secret := newKey(t)
	text := secret.Reveal()
	if !regexp.MustCompile(`^ak_[0-9A-Za-z]{32}$`).MatchString(text) {
		t.Errorf("key %q", text)
	}
	sum := sha256.Sum256([]byte(text))
	if key.Prefix != text[:8] || key.Hash.String() != hex.EncodeToString(sum[:]) || !key.CreatedAt.Equal(keyTime) || !key.Active() {
		t.Errorf("key %+v of %q", key, text)
	}
	if key.ID.Version() != 7 || key.ID.Variant() != uuid.RFC4122 {
		t.Errorf("id %s has version %d", key.ID, key.ID.Version())
	}
	if other, _ := newKey(t); other.ID == key.ID || other.Hash == key.Hash {
		t.Error("two keys are the same")
	}
	if shown := fmt.Sprintf("%v %+v %s", key, secret, secret); strings.Contains(shown, text) {
		t.Errorf("the key is printed: %s", shown)
	}
	if _, _, err := billing.NewKey(strings.NewReader("too short"), keyTime); err == nil {
		t.Error("a key without enough random bytes")
	}
}

func TestKeyIDsGrowWithTime(t *testing.T) {
	t.Parallel()
	last := ""
	for i := range 50 {
		key, _, err := billing.NewKey(rand.Reader, keyTime.Add(time.Duration(i)*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		if id := key.ID.String(); id <= last {
			t.Fatalf("%s after %s", id, last)
		}
		last = key.ID.String()
	}
}

// A key of a fixed source of randomness: its form may never change, or keys
// that were given out stop working.
func TestKeyFormat(t *testing.T) {
	t.Parallel()
	random := bytes.NewReader(append([]byte{255, 248}, bytes.Repeat([]byte{0, 1, 10, 35, 36, 61, 62, 247}, 10)...)) // the first two are skipped
	_, secret, err := billing.NewKey(random, keyTime)
	if err != nil {
		t.Fatal(err)
	}
	const want = "ak_01AZaz0z01AZaz0z01AZaz0z011Of6ty"
	if secret.Reveal() != want {
		t.Errorf("key %q, want %q", secret.Reveal(), want)
	}
	if hash, ok := billing.ParseKey(want); !ok || hash.String() != "680f20f3cc290343359cb40d06c54080cf837e3c71cc8ca8b59534fb7815e98c" {
		t.Errorf("ParseKey = %s, %t", hash, ok)
	}
}

func TestParseKeyRefusesJunk(t *testing.T) {
	t.Parallel()
	_, secret := newKey(t)
	good := secret.Reveal()
	for name, junk := range map[string]string{
		"nothing":                 "",
		"the prefix":              "ak_",
		"another system's prefix": "dk_" + good[3:],
		"in capitals":             "AK_" + good[3:],
		"a Stripe key":            "sk_test_" + good[3:30],
		"too short":               good[:len(good)-1],
		"too long":                good + "0",
		"white space around":      " " + good,
		"two keys":                good + "," + good,
		"another alphabet":        good[:3] + "é" + good[5:],
		"a wrong checksum":        good[:len(good)-6] + "000000",
		"the right length":        "ak_" + strings.Repeat("a", 32),
	} {
		if _, ok := billing.ParseKey(billing.Secret(junk)); ok {
			t.Errorf("%s: %q is taken for a key", name, junk)
		}
	}
}

// Every key parses to its own hash, and one that differs in one character does
// not parse.
func TestKeysParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		random := bytes.NewReader(rapid.SliceOfN(rapid.ByteMax(247), 60, 60).Draw(t, "random"))
		key, secret, err := billing.NewKey(random, keyTime)
		if err != nil {
			t.Fatal(err)
		}
		hash, ok := billing.ParseKey(secret)
		if !ok || !hash.Equal(key.Hash) {
			t.Fatalf("%q does not parse to its hash", secret.Reveal())
		}
		text := []byte(secret.Reveal())
		i := rapid.IntRange(0, len(text)-1).Draw(t, "place")
		c := rapid.ByteRange(' ', '~').Draw(t, "character")
		if text[i] == c {
			return
		}
		text[i] = c
		if _, ok := billing.ParseKey(billing.Secret(text)); ok {
			t.Fatalf("%q parses, like %q", text, secret.Reveal())
		}
	})
}

func TestKeyBelongs(t *testing.T) {
	t.Parallel()
	project := uuid.MustParse("2b6f8c1e-54d7-4a0b-9f3c-8e17d2a6b904")
	ofDeveloper := billing.Key{Tenant: "acme"}
	ofProject := billing.Key{Tenant: "acme", Project: project}
	revoked := func(k billing.Key) billing.Key {
		k.RevokedAt = keyTime
		return k
	}
	for name, c := range map[string]struct {
		key                  billing.Key
		ofDeveloper, ofProjc bool
	}{
		"a developer's":           {ofDeveloper, true, false},
		"another developer's":     {billing.Key{Tenant: "other"}, false, false},
		"a revoked developer's":   {revoked(ofDeveloper), false, false},
		"a project's":             {ofProject, false, true},
		"another project's":       {billing.Key{Tenant: "acme", Project: uuid.New()}, false, false},
		"a revoked project's key": {revoked(ofProject), false, false},
	} {
		if got := c.key.OfDeveloper("acme"); got != c.ofDeveloper {
			t.Errorf("%s: OfDeveloper = %t", name, got)
		}
		if got := c.key.OfProject(project); got != c.ofProjc {
			t.Errorf("%s: OfProject = %t", name, got)
		}
	}
	if ofDeveloper.OfProject(uuid.Nil) {
		t.Error("a developer's key is taken for one of no project")
	}
}

func TestKeyHash(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	if again, err := billing.ParseKeyHash(key.Hash.String()); err != nil || !again.Equal(key.Hash) {
		t.Errorf("ParseKeyHash = %s, %v", again, err)
	}
	for _, text := range []string{"", "00", strings.Repeat("0", 62), strings.Repeat("0", 66), strings.Repeat("g", 64)} {
		if _, err := billing.ParseKeyHash(text); err == nil {
			t.Errorf("%q is taken for a hash", text)
		}
	}
}
