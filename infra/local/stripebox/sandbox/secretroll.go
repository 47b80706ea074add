package sandbox

import "net/http"

// maxOverlap is how long, in seconds, Stripe lets a rolled secret live.
const maxOverlap = 24 * 60 * 60

// rolledAt are the secrets that sign beside the endpoint's own at a time.
func (e *endpoint) rolledAt(now int64) []string {
	if e.RolledSecret != "" && now < e.RolledExpires {
		return []string{e.RolledSecret}
	}
	return nil
}

// rolled answers POST /_sandbox/webhook_endpoints/{id}/roll.
type rolled struct {
	Secret         string `json:"secret"`
	OldSecretUntil int64  `json:"old_secret_until"` // in seconds since the epoch
}

// rollSecret gives an endpoint a new secret. An older one that was still
// expiring ends with it.
func (s *Server) rollSecret(a *account, r *http.Request) (any, error) {
	var params struct {
		OverlapSeconds *int64 `json:"overlap_seconds"`
	}
	if err := decodeJSON(r, &params); err != nil {
		return nil, err
	}
	overlap := int64(maxOverlap)
	if params.OverlapSeconds != nil {
		overlap = *params.OverlapSeconds
	}
	if overlap < 0 || overlap > maxOverlap {
		return nil, invalid("overlap_seconds", "", "The overlap is from 0 to %d seconds.", maxOverlap)
	}
	defer s.changed()
	a.begin()
	defer a.mu.Unlock()
	e, err := a.Endpoints.at(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	e.RolledSecret, e.RolledExpires = e.SigningSecret, a.now+overlap
	e.SigningSecret = "whsec_" + a.token("whsec_", 32)
	return rolled{e.SigningSecret, e.RolledExpires}, nil
}
