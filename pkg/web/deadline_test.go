package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"billhook/pkg/web"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		h := web.Within(24*time.Second, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done() // a call that takes too long
			w.WriteHeader(http.StatusBadGateway)
		}))
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
		if took := time.Since(started); answer.Code != http.StatusBadGateway || took != 24*time.Second {
			t.Errorf("%d after %s", answer.Code, took)
		}
	})
}
