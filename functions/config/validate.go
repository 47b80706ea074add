package main

import (
	"context"
	"strings"

	"billhook/pkg/api"
	"billhook/pkg/billing"
	"billhook/pkg/gateway"
)

// ValidateCredentials tries a secret key at Stripe and stores nothing. The key
// is shown masked and never logged.
func (s *server) ValidateCredentials(ctx context.Context, r ValidateCredentialsRequestObject) (ValidateCredentialsResponseObject, error) {
	if _, _, err := s.owned(ctx, r.ProjectID); err != nil {
		return nil, err
	}
	verdict, err := s.verdict(ctx, billing.Secret(r.Body.SecretKey), billing.ModeOf(!*r.Body.IsTestMode))
	if err != nil {
		return nil, err
	}
	return ValidateCredentials200JSONResponse(verdict), nil
}

// GetCredentialsStatus tries the secret key that is saved.
func (s *server) GetCredentialsStatus(ctx context.Context, r GetCredentialsStatusRequestObject) (GetCredentialsStatusResponseObject, error) {
	mode, err := api.ModeOf(r.Params.TestMode, r.Params.Environment)
	if err != nil {
		return nil, err
	}
	_, config, err := s.owned(ctx, r.ProjectID)
	if err != nil {
		return nil, err
	}
	if !config.Usable(mode) {
		return GetCredentialsStatus200JSONResponse{Status: "not_configured", Message: "No " + string(mode) + " mode secret key is in use"}, nil
	}
	saved, err := s.vault.Credentials(ctx, billing.Scope{Project: r.ProjectID, Mode: mode}, config.Set(mode).Version)
	if err != nil {
		return nil, err
	}
	verdict, err := s.verdict(ctx, saved.SecretKey, mode)
	if err != nil {
		return nil, err
	}
	status := "invalid"
	if verdict.Valid {
		status = "valid"
	}
	return GetCredentialsStatus200JSONResponse{Status: status, Message: verdict.Message}, nil
}

func (s *server) verdict(ctx context.Context, key billing.Secret, mode billing.Mode) (api.CredentialsVerdict, error) {
	prefixes := billing.SecretKeyPrefixes(mode)
	if !key.IsCredential(prefixes...) {
		return api.CredentialsVerdict{
			Message: "Invalid API key provided: a " + string(mode) + " mode secret key starts with " + strings.Join(prefixes, " or "),
		}, nil
	}
	switch verdict, err := s.stripe.CheckKey(ctx, key); {
	case err != nil:
		return api.CredentialsVerdict{}, err
	case verdict == gateway.KeyAccepted:
		return api.CredentialsVerdict{Valid: true, Message: "Stripe credentials are valid"}, nil
	case verdict == gateway.KeyRestricted:
		return api.CredentialsVerdict{Valid: true, Message: "Stripe credentials are valid; the key is restricted and may not read the balance"}, nil
	}
	return api.CredentialsVerdict{Message: "Invalid API key provided: " + billing.Mask(key)}, nil
}
