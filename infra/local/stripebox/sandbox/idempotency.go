package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/object"
)

// replayLifetime is how long Stripe promises to remember a key, in seconds.
const replayLifetime = 24 * 60 * 60

// replay is the answer that an idempotency key stands for.
type replay struct {
	Fingerprint string `json:"fingerprint"` // of the path and parameters
	RequestID   string `json:"request_id"`
	Created     int64  `json:"created"`
	Status      int    `json:"status"`
	Body        []byte `json:"body"`
}

// performOnce runs the operation unless the key has an answer already. A
// concurrent twin waits for the account's lock and then finds the answer.
func (c *call) performOnce(header http.Header, key, encoded, requestID string, run operation) answer {
	for other, known := range c.Replays {
		if known.Created+replayLifetime < c.ownTime() {
			delete(c.Replays, other)
		}
	}
	fingerprint := c.fingerprint(encoded)
	if known := c.Replays[key]; known != nil {
		if known.Fingerprint != fingerprint {
			return errorAnswer(&apiError{http.StatusBadRequest, object.Error{
				Type: typeIdempotency,
				Message: fmt.Sprintf("Keys for idempotent requests can only be used with the same parameters they were first used with. "+
					"Try using a key other than '%s' if you meant to execute a different request.", key),
			}})
		}
		header.Set("Idempotent-Replayed", "true")
		header.Set("Original-Request", known.RequestID)
		return answer{known.Status, known.Body}
	}
	result := c.perform(run)
	if executed(result.status) {
		c.Replays[key] = &replay{fingerprint, requestID, c.ownTime(), result.status, result.body}
	}
	return result
}

// fingerprint tells requests apart by path and parameters, in whatever order
// these were sent.
func (c *call) fingerprint(encoded string) string {
	parameters := strings.Split(encoded, "&")
	slices.Sort(parameters)
	sum := sha256.Sum256([]byte(c.path + "?" + strings.Join(parameters, "&")))
	return hex.EncodeToString(sum[:])
}

// executed reports whether an operation got past the check of its parameters:
// only then does Stripe keep its answer.
func executed(status int) bool {
	return status < http.StatusBadRequest || status == http.StatusPaymentRequired || status >= http.StatusInternalServerError
}
