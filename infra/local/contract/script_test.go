package contract_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"
)

// The calls that clients make, as they are made on a terminal.
func TestScripts(t *testing.T) {
	t.Parallel()
	platform := defaultProject(t)
	platformToken := platform.developerToken(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			developer, user := uuid.NewString(), uuid.NewString()
			token, err := issuer().Developer(developer)
			if err != nil {
				return err
			}
			env.Setenv("API", running.APIURL)
			env.Setenv("STRIPE", running.StripeURL)
			env.Setenv("TENANT", developer)
			env.Setenv("DEVELOPER_JWT", token)
			env.Setenv("USER", user)
			env.Setenv("CREATOR", uuid.NewString())
			env.Setenv("STRIPE_KEY", "sk_test_"+word())
			env.Setenv("DEFAULT_PROJECT", platform.project)
			env.Setenv("DEFAULT_DEVELOPER_JWT", platformToken)
			env.Setenv("DEFAULT_STRIPE_KEY", platform.stripeKey)
			env.Setenv("MANAGED_KEY", lent.Managed.SecretKey)
			env.Setenv("CONNECT_KEY", lent.Connect.Test.SecretKey)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ago":      runAgo,
			"curl":     runCurl,
			"jwt":      runJWT,
			"let":      runLet,
			"location": runLocation,
			"until":    runUntil,
		},
	})
}

// headers collects the -H options of curl.
type headers http.Header

func (h headers) String() string { return "" }

func (h headers) Set(line string) error {
	name, value, found := strings.Cut(line, ":")
	if !found {
		return fmt.Errorf("%q is no header", line)
	}
	http.Header(h).Add(name, strings.TrimSpace(value))
	return nil
}

// runCurl does what curl --fail-with-body does with the options that API
// documentation uses: -X, -H, -d and -u. The status goes to standard error, and
// so does where a redirect leads.
func runCurl(ts *testscript.TestScript, neg bool, args []string) {
	answer, err := curl(ts, args)
	ts.Check(err)
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	_, err = io.Copy(ts.Stdout(), answer.Body)
	ts.Check(err)
	_, err = fmt.Fprintln(ts.Stderr(), answer.Status, answer.Header.Get("Location"))
	ts.Check(err)
	if failed := answer.StatusCode >= http.StatusBadRequest; failed != neg {
		ts.Fatalf("%s %s: %s", answer.Request.Method, answer.Request.URL.Path, answer.Status)
	}
}

func curl(ts *testscript.TestScript, args []string) (*http.Response, error) {
	options := flag.NewFlagSet("curl", flag.ContinueOnError)
	method := options.String("X", "", "the method")
	data := options.String("d", "", "the body")
	user := options.String("u", "", "the name and password")
	header := headers{}
	options.Var(header, "H", "a header")
	var target string
	for len(args) > 0 { // the URL may stand anywhere
		if err := options.Parse(args); err != nil {
			return nil, err
		}
		if args = options.Args(); len(args) > 0 {
			target, args = args[0], args[1:]
		}
	}
	if *method == "" {
		*method = http.MethodGet
		if *data != "" {
			*method = http.MethodPost
		}
	}
	r, err := http.NewRequest(*method, target, strings.NewReader(*data))
	if err != nil {
		return nil, err
	}
	r.Header = http.Header(header)
	if *data != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if name, password, found := strings.Cut(*user, ":"); found {
		r.SetBasicAuth(name, password)
	}
	ts.Logf("%s %s", *method, target)
	return client.Do(r)
}

// runJWT sets a variable to the access token of a user of a project:
// jwt USER_JWT $USER $PROJECT.
func runJWT(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: jwt variable user project")
	}
	token, err := issuer().EndUser(args[1], args[2])
	ts.Check(err)
	ts.Setenv(args[0], token)
}

// runLet sets a variable to a member of the JSON that was printed last:
// let PROJECT id, let FIRST payments.0.id.
func runLet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: let variable member")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &value))
	value, err := lookUp(value, args[1])
	ts.Check(err)
	ts.Setenv(args[0], fmt.Sprint(value))
}

// patience is how long a change may take to show.
const patience = time.Minute

// runUntil is curl, again and again, until the answer is as it is expected:
// until pattern URL options.
func runUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until pattern curl-arguments")
	}
	wanted, err := regexp.Compile(args[0])
	ts.Check(err)
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for deadline := time.Now().Add(patience); ; <-every.C {
		answer, err := curl(ts, args[1:])
		ts.Check(err)
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close() // it was read to its end
		ts.Check(err)
		if wanted.Match(body) {
			_, err := ts.Stdout().Write(body)
			ts.Check(err)
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: %s, want %s", args[1], body, wanted)
		}
	}
}

// runLocation sets a variable to where the last redirect leads: location BACK.
func runLocation(ts *testscript.TestScript, neg bool, args []string) {
	words := strings.Fields(ts.ReadFile("stderr"))
	if neg || len(args) != 1 || len(words) == 0 {
		ts.Fatalf("usage: location variable, after a redirect")
	}
	ts.Setenv(args[0], words[len(words)-1])
}

// runAgo sets a variable to a time of the past, in seconds since the epoch:
// ago BEGIN 48h.
func runAgo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ago variable duration")
	}
	past, err := time.ParseDuration(args[1])
	ts.Check(err)
	ts.Setenv(args[0], strconv.FormatInt(time.Now().Add(-past).Unix(), 10))
}

// lookUp is the member of a value that a path leads to: payments.0.id.
func lookUp(value any, path string) (any, error) {
	for step := range strings.SplitSeq(path, ".") {
		next, err := member(value, step)
		if err != nil {
			return nil, err
		}
		value = next
	}
	return value, nil
}

func member(value any, name string) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		if v, ok := value[name]; ok && v != nil {
			return v, nil
		}
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i < len(value) {
			return value[i], nil
		}
	}
	return nil, fmt.Errorf("there is no %s in %v", name, value)
}
