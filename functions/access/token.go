package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"billhook/pkg/access"
	"billhook/pkg/api"
	"billhook/pkg/identity"
)

// GetEntitlementToken answers what the user may use as a signed token.
func (s *server) GetEntitlementToken(ctx context.Context, r GetEntitlementTokenRequestObject) (GetEntitlementTokenResponseObject, error) {
	scope, e, err := s.entitlements(ctx, r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	token, expires, err := s.signer.Sign(ctx, scope, identity.From(ctx).Subject, e)
	if err != nil {
		return nil, err
	}
	return GetEntitlementToken200JSONResponse{Token: token, ExpiresAt: expires}, nil
}

// keySet is the answer with the keys, which anybody may keep for a while.
type keySet api.KeySet

func (k keySet) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(access.KeysAge.Seconds())))
	return json.NewEncoder(w).Encode(api.KeySet(k))
}

// VisitGetKeySetResponse writes the keys.
func (k keySet) VisitGetKeySetResponse(w http.ResponseWriter) error { return k.write(w) }

// VisitGetBillingKeySetResponse writes the keys.
func (k keySet) VisitGetBillingKeySetResponse(w http.ResponseWriter) error { return k.write(w) }

// GetKeySet answers the keys that tokens are verified with.
func (s *server) GetKeySet(ctx context.Context, _ GetKeySetRequestObject) (GetKeySetResponseObject, error) {
	return s.keySet(ctx)
}

// GetBillingKeySet is GetKeySet at the path of the Plans API.
func (s *server) GetBillingKeySet(ctx context.Context, _ GetBillingKeySetRequestObject) (GetBillingKeySetResponseObject, error) {
	return s.keySet(ctx)
}

func (s *server) keySet(ctx context.Context) (keySet, error) {
	keys, err := s.signer.KeySet(ctx)
	if err != nil {
		return keySet{}, err
	}
	set := keySet{Keys: make([]api.PublicKey, len(keys))}
	for i, k := range keys {
		set.Keys[i] = api.PublicKey{Kty: "OKP", Crv: "Ed25519", Alg: "EdDSA", Use: "sig", Kid: k.ID, X: k.X}
	}
	return set, nil
}
