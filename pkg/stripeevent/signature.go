package stripeevent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"billhook/pkg/billing"
)

// Tolerance is how far a delivery's timestamp may lie from now, either way.
const Tolerance = 300 * time.Second

// Why a delivery was refused.
var (
	ErrMalformed = errors.New("malformed signature header")
	ErrTimestamp = errors.New("timestamp outside the tolerance")
	ErrNoMatch   = errors.New("no signature matches")
	ErrNoSecret  = errors.New("no webhook secret")
)

// MaxSignatures is how many v1 signatures of a header are tried. Stripe sends
// one for each secret of the endpoint, two while a secret is being rolled; what
// comes after the first MaxSignatures is passed over, so that a long header
// costs no more than another.
const MaxSignatures = 8

// Verify checks a Stripe-Signature header over the raw body. While a secret
// is being rolled there are several secrets here and several signatures in the
// header: any pair that matches verifies the delivery. Signatures are compared
// in constant time. An empty secret verifies nothing.
func Verify(body []byte, header string, secrets []billing.Secret, now time.Time) error {
	at, signatures, err := parseHeader(header)
	if err != nil {
		return err
	}
	if age := now.Sub(at); age > Tolerance || age < -Tolerance {
		return fmt.Errorf("%w: signed %s, received %s", ErrTimestamp, at.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	usable := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		usable = true
		want := sign(body, secret, at)
		for _, got := range signatures {
			if hmac.Equal(got, want) {
				return nil
			}
		}
	}
	if !usable {
		return ErrNoSecret
	}
	return ErrNoMatch
}

// sign is Stripe's scheme v1: the HMAC-SHA256 of timestamp, dot and body.
func sign(body []byte, secret billing.Secret, at time.Time) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	timestamp := make([]byte, 0, 20) // digits of an int64, and the dot
	mac.Write(append(strconv.AppendInt(timestamp, at.Unix(), 10), '.'))
	mac.Write(body)
	return mac.Sum(nil)
}

// parseHeader reads "t=1700000000,v1=<hex>,v1=<hex>". Schemes other than v1
// are of no use here and are passed over, as Stripe asks.
func parseHeader(header string) (time.Time, [][]byte, error) {
	var at time.Time
	var signatures [][]byte
	for part := range strings.SplitSeq(header, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return at, nil, fmt.Errorf("%w: a part has no value", ErrMalformed)
		}
		switch name {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil || seconds <= 0 || !at.IsZero() {
				return at, nil, fmt.Errorf("%w: bad timestamp", ErrMalformed)
			}
			at = time.Unix(seconds, 0).UTC()
		case "v1":
			if len(signatures) == MaxSignatures {
				continue
			}
			if signature, err := hex.DecodeString(value); err == nil {
				signatures = append(signatures, signature)
			}
		}
	}
	if at.IsZero() || len(signatures) == 0 {
		return at, nil, fmt.Errorf("%w: a timestamp and a v1 signature are needed", ErrMalformed)
	}
	return at, signatures, nil
}
