package billing

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Key is an API key as it is kept: by its hash. A developer's key belongs to a
// tenant, a project's key to one of its projects. A project's key is a pair:
// the key itself, which apps may show around, and a secret part for servers.
type Key struct {
	ID        uuid.UUID // grows with CreatedAt
	Hash      KeyHash
	Secret    KeyHash   // of the secret part; zero: it has none
	Prefix    string    // the first characters, to recognize it by
	Name      string    // empty: none
	Tenant    string    // who created it
	Project   uuid.UUID // zero: a developer's key
	CreatedAt time.Time
	RevokedAt time.Time // zero: active
}

// Active reports whether the key may still be used.
func (k Key) Active() bool { return k.RevokedAt.IsZero() }

// OfDeveloper reports whether the key is an active one of a tenant.
func (k Key) OfDeveloper(tenant string) bool {
	return k.Active() && k.Project == uuid.Nil && k.Tenant == tenant
}

// OfProject reports whether the key is an active one of a project.
func (k Key) OfProject(project uuid.UUID) bool {
	return k.Active() && k.Project != uuid.Nil && k.Project == project
}

// Pairs reports whether a secret part is this key's.
func (k Key) Pairs(secret KeyHash) bool { return k.Secret != KeyHash{} && k.Secret.Equal(secret) }

// MaxDeveloperKeys is how many active keys a developer may have.
const MaxDeveloperKeys = 10

// KeyHash is the SHA-256 of a key.
type KeyHash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h KeyHash) String() string { return hex.EncodeToString(h[:]) }

// Equal compares in constant time.
func (h KeyHash) Equal(o KeyHash) bool { return subtle.ConstantTimeCompare(h[:], o[:]) == 1 }

// ParseKeyHash reads the hash from hexadecimal.
func ParseKeyHash(s string) (KeyHash, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(KeyHash{}) {
		return KeyHash{}, errors.New("a key's hash is not 32 bytes of hexadecimal")
	}
	return KeyHash(b), nil
}

// The form of a key: ak_, random characters (154 bits), and a checksum over
// all of it, by which a mistyped or invented key is refused unread. The secret
// part of a pair differs in its first characters only.
const (
	keyPrefix    = "ak_"
	secretPrefix = "aks_"
	keyRandom    = 26
	keyChecksum  = 6
	keyShown     = 8 // characters of Key.Prefix

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewKey makes a key from random bytes. The secret is the key itself, to be
// shown once; Key is what may be kept of it.
func NewKey(random io.Reader, now time.Time) (Key, Secret, error) {
	secret, err := newSecret(random, keyPrefix)
	if err != nil {
		return Key{}, "", fmt.Errorf("new key: %w", err)
	}
	id, err := timedID(random, now)
	if err != nil {
		return Key{}, "", fmt.Errorf("new key's id: %w", err)
	}
	return Key{ID: id, Hash: hashOf(secret), Prefix: secret.Reveal()[:keyShown], CreatedAt: now}, secret, nil
}

// AddSecret makes the key a pair. The secret part is to be shown once, like the
// key.
func (k *Key) AddSecret(random io.Reader) (Secret, error) {
	secret, err := newSecret(random, secretPrefix)
	if err != nil {
		return "", fmt.Errorf("new secret part: %w", err)
	}
	k.Secret = hashOf(secret)
	return secret, nil
}

func newSecret(random io.Reader, prefix string) (Secret, error) {
	body, err := randomText(random, keyRandom)
	if err != nil {
		return "", err
	}
	return Secret(prefix + body + checksum(prefix+body)), nil
}

// ParseKey is the hash of a key, if the text is one.
func ParseKey(s Secret) (KeyHash, bool) { return parseKey(s, keyPrefix) }

// ParseKeySecret is the hash of the secret part of a key, if the text is one.
func ParseKeySecret(s Secret) (KeyHash, bool) { return parseKey(s, secretPrefix) }

func parseKey(s Secret, prefix string) (KeyHash, bool) {
	text := s.Reveal()
	if len(text) != len(prefix)+keyRandom+keyChecksum || !strings.HasPrefix(text, prefix) {
		return KeyHash{}, false
	}
	body, sum := text[:len(text)-keyChecksum], text[len(text)-keyChecksum:]
	return hashOf(s), checksum(body) == sum
}

func hashOf(s Secret) KeyHash { return sha256.Sum256([]byte(s.Reveal())) }

// checksum is the CRC-32 of a text in base 62.
func checksum(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	var digits [keyChecksum]byte // 62^6 > 2^32
	for i := range digits {
		digits[keyChecksum-1-i] = base62[n%62]
		n /= 62
	}
	return string(digits[:])
}

// randomText is n characters of base 62, each as likely as any other.
func randomText(random io.Reader, n int) (string, error) {
	const unbiased = 256 / len(base62) * len(base62) // higher bytes would favor the first characters
	text := make([]byte, 0, n)
	var b [1]byte
	for len(text) < n {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", err
		}
		if int(b[0]) < unbiased {
			text = append(text, base62[int(b[0])%len(base62)])
		}
	}
	return string(text), nil
}

// timedID is a UUIDv7 (RFC 9562): milliseconds, then random bits.
func timedID(random io.Reader, now time.Time) (uuid.UUID, error) {
	id, err := uuid.NewRandomFromReader(random)
	if err != nil {
		return id, err
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	return id, nil
}
