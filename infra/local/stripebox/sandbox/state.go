package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"billhook/infra/local/stripebox/object"
)

// stateVersion is the layout of the state file.
const stateVersion = 1

// The file holds webhook secrets and the refresh tokens of OAuth. Accounts are
// known by a hash of their secret key, and the keys are not there, but for those
// that the dashboard made and shows.
type accountSnapshot struct {
	state
	// Undelivered are the webhooks that had not arrived.
	Undelivered []undelivered `json:"undelivered"`
}

type undelivered struct {
	Event    string `json:"event"`
	Endpoint string `json:"endpoint"`
}

// Save writes the state to a file, readable by its owner only.
func (s *Server) Save(path string) error {
	data, err := s.encodeState()
	if err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the state's folder: %w", err)
	}
	// A rename replaces the file whole, so that a crash leaves the old state.
	temporary := path + ".new"
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("replacing the state: %w", err)
	}
	return nil
}

func (s *Server) encodeState() ([]byte, error) {
	s.mu.Lock()
	accounts := make(map[string]*account, len(s.accounts))
	for id, a := range s.accounts {
		accounts[id] = a
	}
	s.mu.Unlock()
	encoded := make(map[string]json.RawMessage, len(accounts))
	for _, a := range accounts {
		if a.isConnected() {
			continue // written with its platform
		}
		if err := a.encodeFamily(encoded); err != nil {
			return nil, err
		}
	}
	return object.Encode(map[string]any{"version": stateVersion, "accounts": encoded})
}

// encodeFamily writes a platform and its connected accounts as they are at one
// moment.
func (a *account) encodeFamily(encoded map[string]json.RawMessage) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for member := range a.family {
		data, err := member.encodeState()
		if err != nil {
			return err
		}
		encoded[member.id] = data
	}
	return nil
}

func (a *account) encodeState() ([]byte, error) {
	kept := accountSnapshot{state: a.state}
	for _, m := range a.server.dispatcher.Backlog(a.platform.id) {
		if a.Events.get(m.EventID) == nil {
			continue // another's of the family
		}
		kept.Undelivered = append(kept.Undelivered, undelivered{m.EventID, m.EndpointID})
	}
	return object.Encode(&kept)
}

// load brings back what a state file holds, if there is one, and sends the
// webhooks that had not arrived.
func (s *Server) load(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var file struct {
		Version  int                        `json:"version"`
		Accounts map[string]json.RawMessage `json:"accounts"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	if file.Version != stateVersion {
		return fmt.Errorf("reading %s: version %d is not version %d", path, file.Version, stateVersion)
	}
	waiting := map[string][]undelivered{}
	for id, encoded := range file.Accounts {
		a := newAccount(s, id)
		if waiting[id], err = a.restore(encoded); err != nil {
			return fmt.Errorf("reading account %s of %s: %w", id, path, err)
		}
		s.accounts[id] = a
	}
	if err := s.reunite(); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		s.accounts[id].sendAgain(waiting[id])
	}
	return nil
}

// reunite joins the connected accounts to their platforms.
func (s *Server) reunite() error {
	for _, platform := range s.accounts {
		for _, id := range platform.Connected {
			member := s.accounts[id]
			if member == nil {
				return fmt.Errorf("the connected account %s of %s is missing", id, platform.id)
			}
			member.join(platform)
			if member.AccessKey != "" {
				s.tokens[member.AccessKey] = member
			}
		}
	}
	for _, a := range s.accounts {
		a.now = a.clock()
		if a.Profile == nil { // the file is from before accounts were shown
			a.seedProfile()
		}
	}
	return nil
}

// restore answers the webhooks that had not arrived.
func (a *account) restore(encoded []byte) ([]undelivered, error) {
	kept := accountSnapshot{state: a.state}
	if err := json.Unmarshal(encoded, &kept); err != nil {
		return nil, err
	}
	a.state = kept.state
	a.now = a.clock()
	a.relinkDiscounts()
	a.seedPortal() // a file from before the portal holds no configuration
	return kept.Undelivered, nil
}

// sendAgain enqueues webhooks that had not arrived.
func (a *account) sendAgain(waiting []undelivered) {
	for _, missing := range waiting {
		event, e := a.Events.get(missing.Event), a.Endpoints.get(missing.Endpoint)
		if e == nil {
			e = a.platform.Endpoints.get(missing.Endpoint)
		}
		if event != nil && e != nil {
			a.server.dispatcher.Enqueue(a.message(event, e))
		}
	}
}

// saveInterval bounds how much a killed process loses.
const saveInterval = time.Second

// saver writes the state file in the background after changes.
type saver struct {
	server *Server
	dirty  chan struct{}
	stop   chan struct{}
	done   sync.WaitGroup
	closed sync.Once
}

func startSaver(s *Server) *saver {
	saver := &saver{server: s, dirty: make(chan struct{}, 1), stop: make(chan struct{})}
	saver.done.Go(saver.run)
	return saver
}

func (s *saver) run() {
	for {
		select {
		case <-s.stop:
			return
		case <-s.dirty:
		}
		if err := s.server.Save(s.server.options.StateFile); err != nil {
			s.server.options.Logger.Error("saving the state", "error", err)
		}
		select {
		case <-s.stop:
			return
		case <-time.After(saveInterval):
		}
	}
}

// close writes what is left; only the first call does.
func (s *saver) close() (err error) {
	s.closed.Do(func() {
		close(s.stop)
		s.done.Wait()
		err = s.server.Save(s.server.options.StateFile)
	})
	return err
}

// changed notes that there is something to save.
func (s *Server) changed() {
	if s.saver == nil {
		return
	}
	select {
	case s.saver.dirty <- struct{}{}:
	default: // a save is due already
	}
}
