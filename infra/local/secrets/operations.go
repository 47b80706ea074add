package secrets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	maxValue      = 65536 // bytes of a SecretString or SecretBinary
	defaultWindow = 30    // days until a deleted secret is gone
	minWindow     = 7
	arnPrefix     = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"
)

type value struct {
	ClientRequestToken string
	SecretString       *string
	SecretBinary       []byte
}

func (v value) given() bool { return v.SecretString != nil || v.SecretBinary != nil }

func (v value) validate() error {
	if v.SecretString != nil && v.SecretBinary != nil {
		return invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	}
	if len(v.SecretBinary) > maxValue || v.SecretString != nil && len(*v.SecretString) > maxValue {
		return invalidParameter(fmt.Sprintf("The secret value is longer than %d bytes.", maxValue))
	}
	return nil
}

// versionID is the client's token, which makes a retried request the same one.
func (v value) versionID() string {
	if v.ClientRequestToken != "" {
		return v.ClientRequestToken
	}
	return uuid.NewString()
}

type createInput struct {
	Name        string
	Description string
	Tags        []tag
	value
}

func (s *Server) createSecret(input createInput) (any, error) {
	if input.Name == "" {
		return nil, invalidParameter("Name is required")
	}
	if err := input.validate(); err != nil {
		return nil, err
	}
	if existing := s.lookup(input.Name); existing != nil {
		return recreate(existing, input)
	}
	now := s.now()
	created := &secret{
		Name:        input.Name,
		ARN:         arnPrefix + input.Name + "-" + uuid.NewString()[:6],
		Description: input.Description,
		Tags:        input.Tags,
		Versions:    map[string]*version{},
		CreatedAt:   now,
		ChangedAt:   now,
	}
	output := map[string]any{"ARN": created.ARN, "Name": created.Name}
	if input.given() {
		id := input.versionID()
		created.add(id, &version{String: input.SecretString, Binary: input.SecretBinary, CreatedAt: now}, []string{stageCurrent})
		output["VersionId"] = id
	}
	return output, s.store(created.Name, created)
}

// recreate answers a creation that has happened before: the same one is fine.
func recreate(existing *secret, input createInput) (any, error) {
	if !existing.DeletesAt.IsZero() {
		return nil, invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.")
	}
	v := existing.Versions[input.ClientRequestToken]
	if v == nil || !v.sameValue(input.SecretString, input.SecretBinary) {
		return nil, alreadyExists("The operation failed because the secret " + input.Name + " already exists.")
	}
	return map[string]any{"ARN": existing.ARN, "Name": existing.Name, "VersionId": input.ClientRequestToken}, nil
}

type putInput struct {
	SecretID      string `json:"SecretId"`
	VersionStages []string
	value
}

func (s *Server) putSecretValue(input putInput) (any, error) {
	if err := input.validate(); err != nil {
		return nil, err
	}
	if !input.given() {
		return nil, invalidRequest("You must provide either SecretString or SecretBinary.")
	}
	found, err := s.usable(input.SecretID)
	if err != nil {
		return nil, err
	}
	id := input.versionID()
	if existing := found.Versions[id]; existing != nil {
		if !existing.sameValue(input.SecretString, input.SecretBinary) {
			return nil, alreadyExists("A resource with the ID you requested already exists: version " + id + " has another value.")
		}
		return putOutput(found, id), nil
	}
	stages := input.VersionStages
	if len(stages) == 0 {
		stages = []string{stageCurrent}
	}
	changed := found.clone()
	changed.ChangedAt = s.now()
	changed.add(id, &version{String: input.SecretString, Binary: input.SecretBinary, CreatedAt: changed.ChangedAt}, stages)
	return putOutput(changed, id), s.store(changed.Name, changed)
}

func putOutput(s *secret, id string) map[string]any {
	return map[string]any{"ARN": s.ARN, "Name": s.Name, "VersionId": id, "VersionStages": s.Versions[id].Stages}
}

type getInput struct {
	SecretID     string `json:"SecretId"`
	VersionID    string `json:"VersionId"`
	VersionStage string
}

func (s *Server) getSecretValue(input getInput) (any, error) {
	found, err := s.usable(input.SecretID)
	if err != nil {
		return nil, err
	}
	id, err := found.version(input)
	if err != nil {
		return nil, err
	}
	v := found.Versions[id]
	output := map[string]any{"ARN": found.ARN, "Name": found.Name, "VersionId": id,
		"VersionStages": v.Stages, "CreatedDate": epoch(v.CreatedAt)}
	if v.String != nil {
		output["SecretString"] = *v.String
	} else {
		output["SecretBinary"] = v.Binary
	}
	return output, nil
}

// version picks the version asked for, AWSCURRENT's if none is named.
func (s *secret) version(input getInput) (id string, err error) {
	stage := input.VersionStage
	if input.VersionID == "" {
		if stage == "" {
			stage = stageCurrent
		}
		id, found := s.withStage(stage)
		if !found {
			return "", notFound("Secrets Manager can't find the specified secret value for staging label: " + stage)
		}
		return id, nil
	}
	v := s.Versions[input.VersionID]
	if v == nil {
		return "", notFound("Secrets Manager can't find the specified secret value for VersionId: " + input.VersionID)
	}
	if stage != "" && !slices.Contains(v.Stages, stage) {
		return "", invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return input.VersionID, nil
}

type secretInput struct {
	SecretID string `json:"SecretId"`
}

func (s *Server) describeSecret(input secretInput) (any, error) {
	found, err := s.find(input.SecretID)
	if err != nil {
		return nil, err
	}
	stages := map[string][]string{}
	for id, v := range found.Versions {
		if len(v.Stages) > 0 {
			stages[id] = v.Stages
		}
	}
	output := map[string]any{"ARN": found.ARN, "Name": found.Name, "Tags": found.Tags, "VersionIdsToStages": stages,
		"CreatedDate": epoch(found.CreatedAt), "LastChangedDate": epoch(found.ChangedAt)}
	if found.Description != "" {
		output["Description"] = found.Description
	}
	if !found.DeletesAt.IsZero() {
		output["DeletedDate"] = epoch(found.DeletesAt)
	}
	return output, nil
}

type deleteInput struct {
	SecretID                   string `json:"SecretId"`
	ForceDeleteWithoutRecovery bool
	RecoveryWindowInDays       int
}

func (s *Server) deleteSecret(input deleteInput) (any, error) {
	window := input.RecoveryWindowInDays
	switch {
	case window == 0:
		window = defaultWindow
	case input.ForceDeleteWithoutRecovery:
		return nil, invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case window < minWindow || window > defaultWindow:
		return nil, invalidParameter(fmt.Sprintf("RecoveryWindowInDays must be between %d and %d days (inclusive).", minWindow, defaultWindow))
	}
	if input.ForceDeleteWithoutRecovery {
		return s.forceDelete(input.SecretID)
	}
	found, err := s.usable(input.SecretID)
	if err != nil {
		return nil, err
	}
	changed := found.clone()
	changed.DeletesAt = s.now().AddDate(0, 0, window)
	return deleteOutput(changed.ARN, changed.Name, changed.DeletesAt), s.store(changed.Name, changed)
}

// forceDelete also succeeds for a secret that is gone or never was.
func (s *Server) forceDelete(id string) (any, error) {
	found := s.lookup(id)
	if found == nil {
		return deleteOutput(arnPrefix+strings.TrimPrefix(id, arnPrefix), id, s.now()), nil
	}
	return deleteOutput(found.ARN, found.Name, s.now()), s.store(found.Name, nil)
}

func deleteOutput(arn, name string, at time.Time) map[string]any {
	return map[string]any{"ARN": arn, "Name": name, "DeletionDate": epoch(at)}
}

func (s *Server) restoreSecret(input secretInput) (any, error) {
	found, err := s.find(input.SecretID)
	if err != nil {
		return nil, err
	}
	changed := found.clone()
	changed.DeletesAt = time.Time{}
	return map[string]any{"ARN": changed.ARN, "Name": changed.Name}, s.store(changed.Name, changed)
}

type tagInput struct {
	SecretID string `json:"SecretId"`
	Tags     []tag
}

func (s *Server) tagResource(input tagInput) (any, error) {
	found, err := s.usable(input.SecretID)
	if err != nil {
		return nil, err
	}
	changed := found.clone()
	for _, added := range input.Tags {
		changed.Tags = slices.DeleteFunc(changed.Tags, func(old tag) bool { return old.Key == added.Key })
		changed.Tags = append(changed.Tags, added)
	}
	return map[string]any{}, s.store(changed.Name, changed)
}

type listVersionsInput struct {
	SecretID          string `json:"SecretId"`
	IncludeDeprecated bool
}

func (s *Server) listSecretVersionIDs(input listVersionsInput) (any, error) {
	found, err := s.find(input.SecretID)
	if err != nil {
		return nil, err
	}
	versions := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(found.Versions)) {
		v := found.Versions[id]
		if len(v.Stages) == 0 && !input.IncludeDeprecated {
			continue
		}
		versions = append(versions, map[string]any{"VersionId": id, "VersionStages": v.Stages, "CreatedDate": epoch(v.CreatedAt)})
	}
	return map[string]any{"ARN": found.ARN, "Name": found.Name, "Versions": versions}, nil
}

// epoch is how the protocol writes times: seconds since 1970 with a fraction.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
