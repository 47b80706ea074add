package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"billhook/pkg/api"
	"billhook/pkg/billing"
)

// errNoDefaultProject is the answer of a deployment that has no default project.
var errNoDefaultProject = billing.NewError(billing.NotFound, "project_not_found", "This deployment has no default project")

// ReceiveBillingEvent takes one delivery at the path of the Account API, which
// names neither a project nor a mode.
func (s *server) ReceiveBillingEvent(w http.ResponseWriter, r *http.Request, params api.ReceiveBillingEventParams) {
	s.acknowledge(w, r, s.receiveDefault(r, params.StripeSignature))
}

// receiveDefault takes a delivery for the deployment's default project. The body
// itself says of which mode it is, before anybody knows who sent it: that only
// picks the secret that the signature then has to be made with.
func (s *server) receiveDefault(r *http.Request, signature string) error {
	if s.project == uuid.Nil {
		return errNoDefaultProject
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	var said envelope
	_ = json.Unmarshal(body, &said) // what cannot be read is refused once it is verified
	return s.take(r.Context(), billing.Scope{Project: s.project, Mode: said.Mode()}, body, signature)
}
