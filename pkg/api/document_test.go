package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Each operation shows what is sent and answered, and says which errors it can
// come to. That the examples fit their schemas is part of Validate.
func TestOperationsAreDocumented(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			t.Run(operation.OperationID, func(t *testing.T) {
				t.Parallel()
				if operation.RequestBody != nil {
					wantExample(t, "the body", operation.RequestBody.Value.Content)
				}
				if operation.Responses.Default() != nil {
					t.Error("errors are named one by one, not as default")
				}
				for status, response := range operation.Responses.Map() {
					wantExample(t, status, response.Value.Content)
				}
				secured := len(*operation.Security) > 0
				once := secured && method == http.MethodPost
				if got := operation.Parameters.GetByInAndName("header", "Idempotency-Key") != nil; got != once {
					t.Errorf("takes an Idempotency-Key: %v, want %v", got, once)
				}
				wrongInput := "422"
				if !strings.HasPrefix(path, "/api/v1/") {
					wrongInput = "400" // of the families that know no 422
				}
				for status, possible := range map[string]bool{
					"401":      secured,
					"403":      secured,
					"409":      once,
					"413":      operation.RequestBody != nil,
					wrongInput: operation.RequestBody != nil || len(item.Parameters) > 0,
					"500":      true,
					"503":      true,
				} {
					if possible && operation.Responses.Value(status) == nil {
						t.Errorf("says nothing of %s", status)
					}
				}
			})
		}
	}
}

func wantExample(t *testing.T, of string, content openapi3.Content) {
	t.Helper()
	for kind, media := range content {
		if media.Example == nil && len(media.Examples) == 0 {
			t.Errorf("%s: no example of %s", of, kind)
		}
	}
}
