package secrets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// secret is one secret with all its versions, as kept in the file.
type secret struct {
	Name        string              `json:"name"`
	ARN         string              `json:"arn"`
	Description string              `json:"description,omitempty"`
	Tags        []tag               `json:"tags,omitempty"`
	Versions    map[string]*version `json:"versions"`
	CreatedAt   time.Time           `json:"created_at"`
	ChangedAt   time.Time           `json:"changed_at"`
	// DeletesAt is when the secret goes for good; zero for one that stays.
	DeletesAt time.Time `json:"deletes_at,omitzero"`
}

// version is an immutable value and the labels that point at it.
type version struct {
	String    *string   `json:"string,omitempty"`
	Binary    []byte    `json:"binary,omitempty"`
	Stages    []string  `json:"stages,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

type tag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

// The labels that Secrets Manager itself moves.
const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

func (v *version) sameValue(text *string, binary []byte) bool {
	if (v.String == nil) != (text == nil) || text != nil && *text != *v.String {
		return false
	}
	return bytes.Equal(v.Binary, binary)
}

// withStage finds the version that a label points at.
func (s *secret) withStage(stage string) (id string, found bool) {
	for id, v := range s.Versions {
		if slices.Contains(v.Stages, stage) {
			return id, true
		}
	}
	return "", false
}

// add stores a version and moves the labels to it. The version that loses
// AWSCURRENT becomes AWSPREVIOUS.
func (s *secret) add(id string, v *version, stages []string) {
	previous, hadCurrent := s.withStage(stageCurrent)
	for _, other := range s.Versions {
		other.Stages = slices.DeleteFunc(other.Stages, func(stage string) bool { return slices.Contains(stages, stage) })
	}
	if hadCurrent && slices.Contains(stages, stageCurrent) {
		for _, other := range s.Versions {
			other.Stages = slices.DeleteFunc(other.Stages, func(stage string) bool { return stage == stagePrevious })
		}
		s.Versions[previous].Stages = append(s.Versions[previous].Stages, stagePrevious)
	}
	v.Stages = slices.Clone(stages)
	s.Versions[id] = v
}

// clone copies all that an operation may change.
func (s *secret) clone() *secret {
	copied := *s
	copied.Tags = slices.Clone(s.Tags)
	copied.Versions = make(map[string]*version, len(s.Versions))
	for id, v := range s.Versions {
		changed := *v
		changed.Stages = slices.Clone(v.Stages)
		copied.Versions[id] = &changed
	}
	return &copied
}

// load reads the file; one that does not exist is empty.
func load(path string) (map[string]*secret, error) {
	all := map[string]*secret{}
	if path == "" {
		return all, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read secrets: %w", err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("read secrets from %s: %w", path, err)
	}
	return all, nil
}

// save replaces the file in one step: a crash leaves the old content or the new.
func save(path string, all map[string]*secret) (err error) {
	if path == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("save secrets: %w", err)
		}
	}()
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// CreateTemp makes files that only the owner can read.
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// with returns the secrets with one of them replaced, or removed if nil.
func with(all map[string]*secret, name string, changed *secret) map[string]*secret {
	next := maps.Clone(all)
	if changed == nil {
		delete(next, name)
	} else {
		next[name] = changed
	}
	return next
}
