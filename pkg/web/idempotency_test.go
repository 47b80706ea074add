package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"billhook/infra/local/dynamodb/dynamodbtest"
	"billhook/pkg/store"
	"billhook/pkg/web"
)

func TestWhichAnswersAreGivenAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		again  bool
	}{
		{http.StatusOK, true},
		{http.StatusCreated, true},
		{http.StatusBadRequest, true},
		{http.StatusPaymentRequired, true},
		{http.StatusNotFound, true},
		{http.StatusUnprocessableEntity, true},
		{http.StatusUnauthorized, false},
		{http.StatusForbidden, false},
		{http.StatusConflict, false},
		{http.StatusTooManyRequests, false},
		{http.StatusInternalServerError, false},
		{http.StatusBadGateway, false},
		{http.StatusServiceUnavailable, false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			t.Parallel()
			for name, open := range stores {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := open(t)
					v := newService(t, s, (&clock{now: start}).time, func(w http.ResponseWriter, r *http.Request) {
						body, err := io.ReadAll(r.Body)
						if err != nil || string(body) != `{"n": 1}` || r.Header.Get("Idempotency-Key") != "key-1" {
							t.Errorf("the operation saw %q, %v, key %q", body, err, r.Header.Get("Idempotency-Key"))
						}
						w.Header().Set("Content-Type", "application/json; charset=utf-8")
						w.WriteHeader(tt.status)
						fmt.Fprintf(w, "{\"text\":  \"\u00e9\x00\xff\"}\n")
					})
					request := call{body: `{"n": 1}`, keys: []string{"key-1"}}
					first, second := v.post(t, request), v.post(t, request)
					want := received{tt.status, "application/json; charset=utf-8", "", "{\"text\":  \"\u00e9\x00\xff\"}\n"}
					if diff := cmp.Diff(want, first); diff != "" {
						t.Errorf("first answer (-want +got):\n%s", diff)
					}
					calls := int64(2)
					if tt.again {
						calls, want.Replayed = 1, "true"
					}
					if diff := cmp.Diff(want, second); diff != "" {
						t.Errorf("second answer (-want +got):\n%s", diff)
					}
					v.wantCalls(t, calls)
				})
			}
		})
	}
}

func TestAnotherBodyIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusCreated, http.StatusInternalServerError} {
		t.Run(fmt.Sprint("after ", status), func(t *testing.T) {
			t.Parallel()
			for name, open := range stores {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := open(t)
					v := newService(t, s, (&clock{now: start}).time, func(w http.ResponseWriter, _ *http.Request) { reply(w, status, nil) })
					v.post(t, call{body: `{"n":1}`, keys: []string{"key-1"}})
					got := v.post(t, call{body: `{"n":2}`, keys: []string{"key-1"}})
					want := received{http.StatusConflict, "application/json", "",
						`{"detail":"This Idempotency-Key was used with another body; send a new key with a new request"}` + "\n"}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("answer (-want +got):\n%s", diff)
					}
					v.wantCalls(t, 1)
				})
			}
		})
	}
}

func TestRequestsThatHaveNothingToDoWithEachOther(t *testing.T) {
	t.Parallel()
	first := call{keys: []string{"key-1"}}
	tests := []struct {
		name   string
		second call
	}{
		{"another key", call{keys: []string{"key-2"}}},
		{"another user", call{keys: []string{"key-1"}, user: "user_2"}},
		{"another project", call{keys: []string{"key-1"}, project: "51aa0000-0000-4000-8000-000000000002"}},
		{"another path", call{keys: []string{"key-1"}, path: "/others"}},
		{"another query", call{keys: []string{"key-1"}, path: "/things?test_mode=false"}},
		{"no key", call{}},
		{"another method", call{keys: []string{"key-1"}, method: http.MethodPut}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for name, open := range stores {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					s := open(t)
					v := newService(t, s, (&clock{now: start}).time, counting())
					for i, c := range []call{first, tt.second} {
						want := received{http.StatusCreated, "application/json", "", fmt.Sprintln(i + 1)}
						if diff := cmp.Diff(want, v.post(t, c)); diff != "" {
							t.Errorf("answer %d (-want +got):\n%s", i+1, diff)
						}
					}
				})
			}
		})
	}
}

func TestKeySyntax(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		keys []string
		ok   bool
	}{
		{"one character", []string{"!"}, true},
		{"255 characters", []string{strings.Repeat("~", 255)}, true},
		{"empty", []string{""}, false},
		{"256 characters", []string{strings.Repeat("~", 256)}, false},
		{"a space", []string{"a b"}, false},
		{"a control character", []string{"a\x7f"}, false},
		{"a letter beyond ASCII", []string{"caf\u00e9"}, false},
		{"two keys", []string{"a", "b"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := newService(t, newMemory(), (&clock{now: start}).time, counting())
			got := v.post(t, call{keys: tt.keys})
			want := received{http.StatusCreated, "application/json", "", "1\n"}
			if !tt.ok {
				want = received{http.StatusUnprocessableEntity, "application/json", "",
					`{"detail":[{"loc":["header","Idempotency-Key"],"msg":"Header should be 1 to 255 visible ASCII characters","type":"value_error"}]}` + "\n"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// A body that is no JSON is refused before its key is taken.
func TestMalformedBodyLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	v := newService(t, newMemory(), (&clock{now: start}).time, counting())
	if got := v.post(t, call{body: "{", keys: []string{"key-1"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("malformed: got %+v", got)
	}
	if got := v.post(t, call{keys: []string{"key-1"}}); got.Status != http.StatusCreated {
		t.Errorf("corrected: got %+v", got)
	}
}

func TestAnswerThatIsTooLargeIsNotKept(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			large := strings.Repeat("x", 300<<10)
			v := newService(t, s, (&clock{now: start}).time, func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusCreated, large) })
			for range 2 {
				if got := v.post(t, call{keys: []string{"key-1"}}); got.Status != http.StatusCreated || len(got.Body) < len(large) || got.Replayed != "" {
					t.Errorf("got %d, %d bytes, replayed %q", got.Status, len(got.Body), got.Replayed)
				}
			}
			v.wantCalls(t, 2)
			if !strings.Contains(v.log.String(), "answer too large to be kept") {
				t.Error("the log does not say so")
			}
		})
	}
}

func TestAnswersAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			now := &clock{now: start}
			v := newService(t, s, now.time, counting())
			var got []string
			for _, d := range []time.Duration{0, 24*time.Hour - time.Second, time.Second} {
				now.pass(d)
				got = append(got, v.post(t, call{keys: []string{"key-1"}}).Body)
			}
			if diff := cmp.Diff([]string{"1\n", "1\n", "2\n"}, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
}

type broken struct{ web.Executions }

func (broken) BeginExecution(context.Context, web.Execution, time.Time) (web.Execution, error) {
	return web.Execution{}, errors.New("no table today")
}

func TestNothingExecutesWithoutTheTable(t *testing.T) {
	t.Parallel()
	v := newService(t, broken{}, (&clock{now: start}).time, counting())
	want := received{http.StatusInternalServerError, "application/json", "", `{"detail":"Internal server error"}` + "\n"}
	if diff := cmp.Diff(want, v.post(t, call{keys: []string{"key-1"}})); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	v.wantCalls(t, 0)
}

// What is stored tells neither the key, nor the body, nor the answer.
func TestTheTableHoldsNoSecret(t *testing.T) {
	t.Parallel()
	client, table := dynamodbtest.New(t)
	v := newService(t, store.Open(client, table), (&clock{now: start}).time, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusCreated, map[string]string{"key": "ak_canary_in_the_answer"})
	})
	request := call{body: `{"name":"canary_in_the_body"}`, keys: []string{"canary_key"}}
	for range 2 {
		if got := v.post(t, request); !strings.Contains(got.Body, "ak_canary_in_the_answer") {
			t.Fatalf("got %+v", got)
		}
	}
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil || len(out.Items) != 1 {
		t.Fatalf("%d items, %v", len(out.Items), err)
	}
	for name, value := range out.Items[0] {
		if text := contents(t, value); strings.Contains(text, "canary") || strings.Contains(text, "user_1") {
			t.Errorf("%s tells a secret: %s", name, text)
		}
	}
	if out.Items[0]["answer"] == nil || out.Items[0]["expires_at"] == nil {
		t.Errorf("no answer or no expiry among %v", out.Items[0])
	}
	if strings.Contains(v.log.String(), "canary") {
		t.Errorf("the log tells a secret:\n%s", v.log.String())
	}
}

func contents(t *testing.T, value types.AttributeValue) string {
	t.Helper()
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	default:
		t.Fatalf("an attribute of type %T", value)
		return ""
	}
}
