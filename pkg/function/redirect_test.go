package function

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/caarlos0/env/v11"
	"github.com/google/go-cmp/cmp"
)

func TestRedirectOrigins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variable string
		want     []string
		fails    bool
	}{
		"empty":         {"", nil, false},
		"one":           {"https://app.example.com", []string{"https://app.example.com"}, false},
		"several":       {"https://*.example.com,http://localhost:3000", []string{"https://*.example.com", "http://localhost:3000"}, false},
		"with a path":   {"https://app.example.com/", nil, true},
		"by http":       {"https://app.example.com,http://app.example.com", nil, true},
		"a comma more":  {"https://app.example.com,", nil, true},
		"any":           {"*", nil, true},
		"a white space": {"https://a.example, https://b.example", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := env.ParseAsWithOptions[Settings](env.Options{Environment: map[string]string{
				"TABLE_NAME": "table", "SECRET_PREFIX": "stack", "JWT_SECRET_ID": "stack/jwt", "REDIRECT_ORIGINS": c.variable,
			}})
			if err != nil {
				t.Fatal(err)
			}
			f, err := New(s, aws.Config{Region: "us-east-1"}, io.Discard, time.Now)
			switch {
			case c.fails:
				if err == nil || !strings.Contains(err.Error(), "REDIRECT_ORIGINS") {
					t.Errorf("err = %v, want one that names REDIRECT_ORIGINS", err)
				}
			case err != nil:
				t.Error(err)
			default:
				if diff := cmp.Diff(c.want, f.RedirectOrigins); diff != "" {
					t.Errorf("origins (-want +got):\n%s", diff)
				}
			}
		})
	}
}
