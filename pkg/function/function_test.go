package function

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"

	"billhook/pkg/identity"
)

var settings = Settings{
	Config:       identity.Config{Algorithm: "HS256", SecretID: "stack/jwt"},
	Table:        "table",
	SecretPrefix: "stack",
}

// offline is an account in which nothing may be called.
func offline(t *testing.T) aws.Config {
	t.Helper()
	return aws.Config{Region: "us-east-1", APIOptions: []func(*middleware.Stack) error{func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("offline",
			func(ctx context.Context, _ middleware.InitializeInput, _ middleware.InitializeHandler) (out middleware.InitializeOutput, _ middleware.Metadata, err error) {
				t.Errorf("%s was called", middleware.GetOperationName(ctx))
				return out, middleware.Metadata{}, errors.New("offline")
			}), middleware.After)
	}}}
}

func TestNewRefusesSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"unknown algorithm":   {func(s *Settings) { s.Algorithm = "none" }, "JWT_ALGORITHM"},
		"HS256 and no secret": {func(s *Settings) { s.SecretID = "" }, "JWT_SECRET_ID"},
		"RS256 and no keys":   {func(s *Settings) { s.Algorithm = "RS256" }, "JWKS_URL"},
		"bad default project": {func(s *Settings) { s.DefaultProject = "mine" }, "DEFAULT_PROJECT_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings
			c.change(&s)
			_, err := New(s, offline(t), &bytes.Buffer{}, time.Now)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("err = %v, want one that names %s", err, c.want)
			}
		})
	}
}

// answers is a route that says who is calling.
var answers = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/panic" {
		panic("a bug")
	}
	_, _ = w.Write([]byte(identity.From(r.Context()).Subject)) // the recorder takes everything
})

func TestFrames(t *testing.T) {
	t.Parallel()
	tooLarge := strings.Repeat(" ", 1<<20) + "{}"
	for name, c := range map[string]struct {
		public     bool
		path, body string
		status     int
	}{
		"a public route needs no token":       {true, "/", "", 200},
		"a public route takes any text":       {true, "/", "not JSON", 200},
		"a role's route needs a token":        {false, "/", "{}", 401},
		"a public route's body is bounded":    {true, "/", tooLarge, 413},
		"a body is bounded before the caller": {false, "/", tooLarge, 413},
		"a panic is answered":                 {true, "/panic", "", 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			f, err := New(settings, offline(t), &log, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			h := f.For(identity.Developer, answers)
			if c.public {
				h = f.Public(answers)
			}
			recorder := httptest.NewRecorder()
			h.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, c.path, strings.NewReader(c.body)))
			if recorder.Code != c.status {
				t.Errorf("status = %d, want %d; body %s", recorder.Code, c.status, recorder.Body)
			}
			if n := strings.Count(log.String(), `"msg":"request"`); n != 1 {
				t.Errorf("logged %d requests: %s", n, log.String())
			}
			if strings.Contains(recorder.Body.String(), "a bug") {
				t.Errorf("the fault is shown: %s", recorder.Body)
			}
		})
	}
}

// complete is the environment of a function that can start.
var complete = map[string]string{
	"TABLE_NAME": "table", "SECRET_PREFIX": "stack", "JWT_SECRET_ID": "stack/jwt", "AWS_REGION": "us-east-1", "EXTRA": "more",
}

// The environment belongs to the process, so these cases run one by one.
func TestLoad(t *testing.T) {
	for name, c := range map[string]struct {
		missing, want string
	}{
		"complete":         {"", ""},
		"no table":         {"TABLE_NAME", "TABLE_NAME"},
		"no secret prefix": {"SECRET_PREFIX", "SECRET_PREFIX"},
		"no JWT secret":    {"JWT_SECRET_ID", "JWT_SECRET_ID"},
		"no own setting":   {"EXTRA", "EXTRA"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range complete {
				t.Setenv(variable, value) // restored, whatever it was
				if variable == c.missing {
					if err := os.Unsetenv(variable); err != nil {
						t.Fatal(err)
					}
				}
			}
			var extra struct {
				Extra string `env:"EXTRA,required"`
			}
			f, err := load(&extra)
			if c.want == "" {
				if err != nil || f.Table == nil || f.Vault == nil || f.Now == nil || extra.Extra != "more" {
					t.Errorf("function %+v, extra %q, err %v", f, extra.Extra, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("err = %v, want one that names %s", err, c.want)
			}
		})
	}
}

// A function that cannot start ends at once and says why. The test runs itself
// again in an empty environment to see it.
func TestLoadEndsTheProcess(t *testing.T) {
	t.Parallel()
	const inside = "BILLHOOK_TEST_LOAD"
	if os.Getenv(inside) != "" {
		Load(&struct{}{})
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestLoadEndsTheProcess$")
	cmd.Env = []string{inside + "=1"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.HasPrefix(stderr.String(), "billhook: cannot start: ") ||
		!strings.Contains(stderr.String(), "TABLE_NAME") {
		t.Errorf("%v; it said: %s", err, stderr.String())
	}
}
