package story

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"billhook/infra/local/sam"
	"billhook/infra/local/stack"
	"billhook/infra/local/tokens"
)

// log collects what the functions and the stack print.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs the whole stack, with the binaries that SAM would deploy.
func start(t *testing.T, change ...func(*stack.Options)) (*stack.Stack, World, *log) {
	t.Helper()
	root, err := sam.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	out := &log{}
	options := stack.Options{
		Root:        root,
		Logger:      slog.New(slog.NewTextHandler(out, nil)),
		LogSink:     out,
		Environment: debugLogs,
	}
	for _, apply := range change {
		apply(&options)
	}
	running, err := stack.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(out.String())
		}
	})
	issuer := tokens.Issuer{Secret: running.JWTSecret, Issuer: stack.Issuer, Audience: stack.Audience, Life: time.Hour, Now: time.Now}
	return running, World{
		API:            running.APIURL,
		Stripe:         running.StripeURL,
		DeveloperToken: issuer.Developer,
		UserToken:      issuer.EndUser,
	}, out
}

// debugLogs has the functions log all they can: more for the canaries to hide in.
var debugLogs = func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, id := range []string{"ConfigFunction", "CheckoutFunction", "SubscriptionFunction", "AccessFunction", "StatsFunction", "EventsFunction", "WebhooksFunction", "ReconcileFunction"} {
		all[id] = map[string]string{"LOG_LEVEL": "DEBUG"}
	}
	return all
}()

// The main job works against the built binaries, and none of its secrets turns
// up in a log line or in the table.
func TestMainJob(t *testing.T) {
	t.Parallel()
	running, world, printed := start(t)
	s := newStory(world, NewShop())
	var told bytes.Buffer
	if err := s.tell(t.Context(), slices.Concat(setup, mainJob), &told); err != nil {
		t.Fatalf("%v\n%s", err, &told)
	}
	if lines, want := strings.Count(told.String(), "\n"), len(setup)+len(mainJob); lines != want {
		t.Errorf("told %d lines, want %d:\n%s", lines, want, &told)
	}
	secrets := map[string]string{
		"secret key":      s.StripeKey,
		"webhook secret":  s.webhookSecret,
		"token secret":    running.JWTSecret,
		"developer token": s.developerToken,
		"user token":      s.userToken,
	}
	for place, text := range map[string]string{"log": printed.String(), "table": dump(t, running), "story": told.String()} {
		if len(text) < 500 {
			t.Errorf("the %s is suspiciously short: %q", place, text)
		}
		for name, secret := range secrets {
			if len(secret) < 20 {
				t.Errorf("no %s to look for: %q", name, secret)
			} else if strings.Contains(text, secret) {
				t.Errorf("the %s holds the %s", place, name)
			}
		}
	}
}

// dump is the whole table as JSON.
func dump(t *testing.T, s *stack.Stack) string {
	t.Helper()
	text, err := json.Marshal(items(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// items is the whole table.
func items(t *testing.T, s *stack.Stack) []map[string]any {
	t.Helper()
	pages := dynamodb.NewScanPaginator(s.DynamoDB(), &dynamodb.ScanInput{TableName: aws.String(s.TableName)})
	var items []map[string]any
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var some []map[string]any
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &some); err != nil {
			t.Fatal(err)
		}
		items = append(items, some...)
	}
	return items
}

// A story that goes wrong says what it expected and what it got.
func TestMismatch(t *testing.T) {
	t.Parallel()
	var c checks
	c.equal("status", "active", "active")
	if err := c.err(); err != nil {
		t.Errorf("equal values: %v", err)
	}
	c.equal("status", "active", "past_due")
	c.equal("total", 1, 2)
	want := "status: expected active, got past_due\ntotal: expected 1, got 2"
	if err := c.err(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The story stops at the first step that fails, and names it.
func TestStops(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	world := World{
		API:            "http://127.0.0.1:1", // nothing listens there
		DeveloperToken: func(string) (string, error) { return "token", nil },
	}
	err := Run(context.Background(), world, &told)
	if err == nil || !strings.HasPrefix(err.Error(), "step 1, create a project: ") {
		t.Errorf("got %v", err)
	}
	if told.Len() > 0 {
		t.Errorf("told %q", &told)
	}
}
