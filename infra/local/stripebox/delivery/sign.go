package delivery

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Sign is the Stripe-Signature header of a body: a signature of scheme v1, an
// HMAC-SHA256 over "<t>.<body>", keyed by the endpoint's secret, and another one
// for each rolled secret that has not expired.
// See https://docs.stripe.com/webhooks#verify-manually.
func Sign(secret string, t time.Time, body []byte, rolled ...string) string {
	header := fmt.Sprintf("t=%d", t.Unix())
	for _, key := range append([]string{secret}, rolled...) {
		mac := hmac.New(sha256.New, []byte(key))
		fmt.Fprintf(mac, "%d.", t.Unix())
		mac.Write(body)
		header += ",v1=" + hex.EncodeToString(mac.Sum(nil))
	}
	return header
}
