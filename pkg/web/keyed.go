package web

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"

	"billhook/pkg/billing"
	"billhook/pkg/identity"
)

// keyed is what a request with an Idempotency-Key is known by in the table.
//
// An answer may hold a secret, such as a new API key, which stands nowhere in
// the clear. So the answer is sealed, and the key that opens it is not stored:
// it is derived from the Idempotency-Key and the caller, of which the table
// has only another derivation, the execution's id. Whoever reads the table, a
// backup or an export sees neither keys nor bodies nor answers, and whoever
// can write to it cannot put one answer in the place of another.
//
// This is as good as the Idempotency-Key is hard to guess. A random UUID
// cannot be guessed; "1" or an order number can, by somebody who has the
// table's content and knows the caller, and then its answer can be opened for
// as long as it is kept.
type keyed struct {
	id          string
	fingerprint []byte
	sealing     cipher.AEAD
}

// readKeyed derives a request's names and keys; the body can be read again
// afterwards.
func readKeyed(r *http.Request) (keyed, error) {
	key, err := keyOf(r)
	if err != nil {
		return keyed{}, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return keyed{}, fmt.Errorf("read body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	caller := identity.From(r.Context())
	return newKeyed(key, body,
		string(caller.Role), caller.Tenant, caller.Subject, caller.Project.String(), r.Method, r.URL.RequestURI())
}

// keyOf is a request's Idempotency-Key.
func keyOf(r *http.Request) (string, error) {
	key := r.Header.Get(idempotencyKey)
	if !visible(key) || len(r.Header.Values(idempotencyKey)) > 1 {
		return "", billing.InvalidFields(billing.FieldError{
			Loc: []any{"header", idempotencyKey}, Msg: "Header should be 1 to 255 visible ASCII characters", Type: "value_error",
		})
	}
	return key, nil
}

// Named refuses requests with a wrong Idempotency-Key, for routes that make what
// it names happen once themselves, and so are no part of Idempotent.
func Named(answer *Errors, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header.Values(idempotencyKey)) > 0 {
			if _, err := keyOf(r); err != nil {
				answer.Write(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// newKeyed derives everything from the key within a space: keys of different
// callers, or for different operations, have nothing to do with each other.
func newKeyed(key string, body []byte, space ...string) (keyed, error) {
	const size = sha256.Size
	// Quoting keeps the parts apart. The three derived values tell nothing of
	// one another.
	info := fmt.Sprintf("billhook idempotency %q", space)
	derived, err := hkdf.Key(sha256.New, []byte(key), nil, info, 3*size)
	if err != nil {
		return keyed{}, fmt.Errorf("derive from %s: %w", idempotencyKey, err)
	}
	id, fingerprinting, sealing := derived[:size], derived[size:2*size], derived[2*size:]
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return keyed{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return keyed{}, err
	}
	fingerprint := hmac.New(sha256.New, fingerprinting)
	fingerprint.Write(body)
	return keyed{id: hex.EncodeToString(id), fingerprint: fingerprint.Sum(nil), sealing: aead}, nil
}

func visible(key string) bool {
	const longest = 255
	for i := range len(key) {
		if key[i] < '!' || key[i] > '~' {
			return false
		}
	}
	return key != "" && len(key) <= longest
}

// sealedAnswer is the plaintext of a sealed answer.
type sealedAnswer struct {
	Status      int    `json:"status"`
	ContentType string `json:"content_type,omitempty"`
	Body        []byte `json:"body,omitempty"`
}

func (k keyed) seal(a *recorded) ([]byte, error) {
	plain, err := json.Marshal(sealedAnswer{a.code(), a.header.Get("Content-Type"), a.body.Bytes()})
	if err != nil {
		return nil, err
	}
	return k.sealing.Seal(nil, nil, plain, []byte(k.id)), nil //nolint:gosec // this AEAD makes its nonces itself
}

func (k keyed) open(sealed []byte) (*recorded, error) {
	plain, err := k.sealing.Open(nil, nil, sealed, []byte(k.id))
	if err != nil {
		return nil, fmt.Errorf("open the answer of execution %s: %w", k.id, err)
	}
	var kept sealedAnswer
	if err := json.Unmarshal(plain, &kept); err != nil {
		return nil, fmt.Errorf("read the answer of execution %s: %w", k.id, err)
	}
	a := &recorded{status: kept.Status, header: http.Header{}}
	if kept.ContentType != "" {
		a.header.Set("Content-Type", kept.ContentType)
	}
	a.body.Write(kept.Body)
	return a, nil
}

// recorded is an http.ResponseWriter that keeps what is written for later.
type recorded struct {
	status int // 0: none was written
	header http.Header
	body   bytes.Buffer
}

// Header is as of http.ResponseWriter.
func (a *recorded) Header() http.Header { return a.header }

// WriteHeader is as of http.ResponseWriter.
func (a *recorded) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write is as of http.ResponseWriter.
func (a *recorded) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

func (a *recorded) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

func (a *recorded) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.code())
	_, _ = a.body.WriteTo(w) // the client may be gone
}
