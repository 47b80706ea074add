package stripeevent_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"billhook/pkg/billing"
	"billhook/pkg/stripeevent"
)

const (
	signedAt = int64(1770110105)
	current  = billing.Secret("whsec_current")
	rolled   = billing.Secret("whsec_rolled")
)

// sign is Stripe's v1 scheme, written from its documentation: HMAC-SHA256 over
// "timestamp.body" in hex.
func sign(body []byte, secret billing.Secret, at int64) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	fmt.Fprintf(mac, "%d.%s", at, body)
	return hex.EncodeToString(mac.Sum(nil))
}

func TestVerify(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id":"evt_1"}`)
	header := func(at int64, signatures ...string) string {
		return fmt.Sprintf("t=%d,v1=%s", at, strings.Join(signatures, ",v1="))
	}
	good := sign(body, current, signedAt)
	old := sign(body, rolled, signedAt)
	tests := map[string]struct {
		header  string
		secrets []billing.Secret
		after   time.Duration // from the signature to its receipt
		want    error
	}{
		"signed":                             {header(signedAt, good), []billing.Secret{current}, 0, nil},
		"spaces after the commas":            {"t=1770110105, v1=" + good, []billing.Secret{current}, 0, nil},
		"signature before timestamp":         {"v1=" + good + ",t=1770110105", []billing.Secret{current}, 0, nil},
		"uppercase hex":                      {header(signedAt, strings.ToUpper(good)), []billing.Secret{current}, 0, nil},
		"another scheme beside":              {header(signedAt, good) + ",v0=00ff", []billing.Secret{current}, 0, nil},
		"unknown part beside":                {"x=y," + header(signedAt, good), []billing.Secret{current}, 0, nil},
		"a signature that is no hex beside":  {header(signedAt, "zz", good), []billing.Secret{current}, 0, nil},
		"several signatures, the first":      {header(signedAt, good, old), []billing.Secret{current}, 0, nil},
		"several signatures, the last":       {header(signedAt, old, good), []billing.Secret{current}, 0, nil},
		"several secrets, the last":          {header(signedAt, old), []billing.Secret{current, rolled}, 0, nil},
		"several of both":                    {header(signedAt, sign(body, "whsec_other", signedAt), old), []billing.Secret{current, rolled}, 0, nil},
		"an empty secret beside":             {header(signedAt, good), []billing.Secret{"", current}, 0, nil},
		"300 s late":                         {header(signedAt, good), []billing.Secret{current}, 300 * time.Second, nil},
		"300 s early":                        {header(signedAt, good), []billing.Secret{current}, -300 * time.Second, nil},
		"a moment more than 300 s late":      {header(signedAt, good), []billing.Secret{current}, 300*time.Second + 1, stripeevent.ErrTimestamp},
		"a moment more than 300 s early":     {header(signedAt, good), []billing.Secret{current}, -300*time.Second - 1, stripeevent.ErrTimestamp},
		"the last signature that is tried":   {header(signedAt, append(slices.Repeat([]string{old}, stripeevent.MaxSignatures-1), good)...), []billing.Secret{current}, 0, nil},
		"one signature too many":             {header(signedAt, append(slices.Repeat([]string{old}, stripeevent.MaxSignatures), good)...), []billing.Secret{current}, 0, stripeevent.ErrNoMatch},
		"301 s late":                         {header(signedAt, good), []billing.Secret{current}, 301 * time.Second, stripeevent.ErrTimestamp},
		"301 s early":                        {header(signedAt, good), []billing.Secret{current}, -301 * time.Second, stripeevent.ErrTimestamp},
		"late and forged":                    {header(signedAt, "00"), []billing.Secret{current}, time.Hour, stripeevent.ErrTimestamp},
		"the latest timestamp there is":      {header(1<<63-1, sign(body, current, 1<<63-1)), []billing.Secret{current}, 0, stripeevent.ErrTimestamp},
		"the earliest timestamp":             {header(1, sign(body, current, 1)), []billing.Secret{current}, 0, stripeevent.ErrTimestamp},
		"no header":                          {"", []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"no signature":                       {"t=1770110105", []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"only another scheme":                {"t=1770110105,v0=" + good, []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"only a signature that is no hex":    {header(signedAt, "zz"), []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"no timestamp":                       {"v1=" + good, []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"two timestamps":                     {"t=1," + header(signedAt, good), []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a timestamp that is no number":      {"t=now,v1=" + good, []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a timestamp with a fraction":        {"t=1770110105.0,v1=" + good, []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a timestamp beyond 64 bits":         {"t=9223372036854775808,v1=" + good, []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a timestamp of zero":                {header(0, sign(body, current, 0)), []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a negative timestamp":               {header(-1, sign(body, current, -1)), []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a part without a value":             {header(signedAt, good) + ",v1", []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"a comma at the end":                 {header(signedAt, good) + ",", []billing.Secret{current}, 0, stripeevent.ErrMalformed},
		"signed with another secret":         {header(signedAt, old), []billing.Secret{current}, 0, stripeevent.ErrNoMatch},
		"signed for another time":            {header(signedAt+1, good), []billing.Secret{current}, 0, stripeevent.ErrNoMatch},
		"half of the signature":              {header(signedAt, good[:32]), []billing.Secret{current}, 0, stripeevent.ErrNoMatch},
		"an empty signature":                 {header(signedAt, ""), []billing.Secret{current}, 0, stripeevent.ErrNoMatch},
		"more than the signature":            {header(signedAt, good+"00"), []billing.Secret{current}, 0, stripeevent.ErrNoMatch},
		"no secrets":                         {header(signedAt, good), nil, 0, stripeevent.ErrNoSecret},
		"an empty secret, signed with it":    {header(signedAt, sign(body, "", signedAt)), []billing.Secret{""}, 0, stripeevent.ErrNoSecret},
		"an empty secret beside, as the key": {header(signedAt, sign(body, "", signedAt)), []billing.Secret{"", current}, 0, stripeevent.ErrNoMatch},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := billing.At(signedAt).Add(test.after)
			if err := stripeevent.Verify(body, test.header, test.secrets, now); !errors.Is(err, test.want) {
				t.Errorf("Verify = %v, want %v", err, test.want)
			}
		})
	}
}

func TestVerifyRefusesEveryFlippedBit(t *testing.T) {
	t.Parallel()
	body := readSample(t, "invoice.paid")
	header := fmt.Sprintf("t=%d,v1=%s", signedAt, sign(body, current, signedAt))
	now := billing.At(signedAt)
	if err := stripeevent.Verify(body, header, []billing.Secret{current}, now); err != nil {
		t.Fatal(err)
	}
	// One byte more or less is as wrong as a changed one.
	for name, changed := range map[string][]byte{"longer": append(bytes.Clone(body), ' '), "shorter": body[:len(body)-1], "empty": nil} {
		if err := stripeevent.Verify(changed, header, []billing.Secret{current}, now); !errors.Is(err, stripeevent.ErrNoMatch) {
			t.Errorf("%s: Verify = %v", name, err)
		}
	}
	changed := bytes.Clone(body)
	for bit := range len(body) * 8 {
		changed[bit/8] ^= 1 << (bit % 8)
		if err := stripeevent.Verify(changed, header, []billing.Secret{current}, now); !errors.Is(err, stripeevent.ErrNoMatch) {
			t.Fatalf("bit %d flipped: Verify = %v", bit, err)
		}
		changed[bit/8] = body[bit/8]
	}
}

// The sample invocation of the webhooks function carries a signature that was
// made outside of this package.
func TestVerifySampleInvocation(t *testing.T) {
	t.Parallel()
	var sample struct {
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		Base64  bool              `json:"isBase64Encoded"`
	}
	unmarshal(t, read(t, "../../events/lambda/webhooks.json"), &sample)
	body := []byte(sample.Body)
	if sample.Base64 {
		decoded, err := base64.StdEncoding.DecodeString(sample.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = decoded
	}
	header := sample.Headers["stripe-signature"]
	at, err := strconv.ParseInt(header[len("t="):strings.Index(header, ",")], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if err := stripeevent.Verify(body, header, []billing.Secret{"whsec_sample"}, billing.At(at)); err != nil {
		t.Error(err)
	}
	event, err := stripeevent.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if event.Type != "invoice.paid" {
		t.Errorf("type %s", event.Type)
	}
}

// vectorsAt is the moment at which the signature vectors were to be verified.
const vectorsAt = 1795227355

// The vectors come from Stripe's own libraries. Where Verify judges otherwise,
// it does so on purpose:
//
//   - "future 1h": stripe-go 79 and stripe-node accept any future timestamp;
//     here the tolerance holds both ways.
//   - "empty secret both sides": stripe-go 79 accepts it; an empty secret
//     verifies nothing here.
//   - "api ...": stripe-go 79's ConstructEvent refuses other API versions than
//     its own; a signature says nothing of versions, and Decode reads them all.
func TestVerifyStripesVectors(t *testing.T) {
	t.Parallel()
	path := "../../../shared/stripe-data/signature-vectors.json"
	if _, err := os.Stat(path); err != nil {
		t.Skip("the published signature vectors are not beside this repository")
	}
	var vectors []struct{ Name, Payload, Header, Secret string }
	unmarshal(t, read(t, path), &vectors)
	want := map[string]error{
		"ok":                            nil,
		"wrong secret":                  stripeevent.ErrNoMatch,
		"tampered":                      stripeevent.ErrNoMatch,
		"old 301s":                      stripeevent.ErrTimestamp,
		"old 290s":                      nil,
		"future 1h":                     stripeevent.ErrTimestamp,
		"scheme v0":                     stripeevent.ErrMalformed,
		"rolled two v1 (verify with A)": nil,
		"rolled two v1 (verify with B)": nil,
		"v0 + v1":                       nil,
		"empty secret both sides":       stripeevent.ErrNoSecret,
		"api 2025-03-31.basil":          nil,
		"api 2026-10-28.endive":         nil,
		"api ":                          nil,
		"api null":                      nil,
		"thin event":                    nil, // well signed; Decode refuses it
	}
	got := map[string]error{}
	for _, v := range vectors {
		got[v.Name] = cause(stripeevent.Verify([]byte(v.Payload), v.Header, []billing.Secret{billing.Secret(v.Secret)}, billing.At(vectorsAt)))
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

func reasons() []error {
	return []error{stripeevent.ErrMalformed, stripeevent.ErrTimestamp, stripeevent.ErrNoMatch, stripeevent.ErrNoSecret}
}

// cause is the reason of a refusal, without its detail.
func cause(err error) error {
	for _, known := range reasons() {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

func FuzzVerify(f *testing.F) {
	body := []byte(`{"id":"evt_1"}`)
	good := sign(body, current, signedAt)
	for _, header := range []string{
		"", ",", "t=", "v1=", "t=1770110105", "t=1770110105,v1=" + good, "t=1770110105,v1=" + good + ",v1=00",
		"t=9223372036854775807,v1=" + good, "t=-1,v1=zz", "v0=" + good, strings.Repeat("t=1,", 100),
	} {
		f.Add(body, header, string(current))
	}
	f.Add(body, "t=1770110105,v1="+sign(body, "", signedAt), "")
	f.Fuzz(func(t *testing.T, body []byte, header, secret string) {
		err := stripeevent.Verify(body, header, []billing.Secret{billing.Secret(secret)}, billing.At(signedAt))
		if err != nil {
			if !slices.Contains(reasons(), cause(err)) {
				t.Errorf("an error of no known reason: %v", err)
			}
			return
		}
		// What verifies has the right signature in it, within the tolerance.
		if secret == "" {
			t.Error("an empty secret verified")
		}
		if !strings.Contains(strings.ToLower(header), signedWithin(body, billing.Secret(secret), header)) {
			t.Errorf("verified without the signature: %q", header)
		}
	})
}

// signedWithin is the signature that a header's own timestamp asks for.
func signedWithin(body []byte, secret billing.Secret, header string) string {
	for part := range strings.SplitSeq(header, ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), "t="); ok {
			at, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				break
			}
			return sign(body, secret, at)
		}
	}
	return "no timestamp"
}

func read(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func readSample(tb testing.TB, event string) []byte {
	tb.Helper()
	return read(tb, "../../events/stripe/"+event+".json")
}

func unmarshal(tb testing.TB, b []byte, v any) {
	tb.Helper()
	if err := json.Unmarshal(b, v); err != nil {
		tb.Fatal(err)
	}
}
