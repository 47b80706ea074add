package apigateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"billhook/infra/local/sam"
)

// isPreflight recognizes a browser's question whether a request is allowed.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight answers for the gateway; the function is not asked. An origin
// that is not allowed gets the same answer without the headers.
func answerPreflight(w http.ResponseWriter, r *http.Request, cors *sam.CORS) {
	header := w.Header()
	applyCORS(header, r, cors)
	if header.Get("Access-Control-Allow-Origin") != "" {
		setList(header, "Access-Control-Allow-Methods", cors.AllowMethods)
		setList(header, "Access-Control-Allow-Headers", cors.AllowHeaders)
		if cors.MaxAge > 0 {
			header.Set("Access-Control-Max-Age", strconv.Itoa(cors.MaxAge))
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// applyCORS replaces whatever CORS headers a function set: where the gateway is
// configured for CORS, its word alone counts.
func applyCORS(header http.Header, r *http.Request, cors *sam.CORS) {
	if cors == nil {
		return
	}
	for name := range header {
		if strings.HasPrefix(name, "Access-Control-") {
			header.Del(name)
		}
	}
	origin := r.Header.Get("Origin")
	if origin == "" || !allowsOrigin(cors.AllowOrigins, origin) {
		return
	}
	if slices.Contains(cors.AllowOrigins, "*") && !cors.AllowCredentials {
		origin = "*"
	}
	header.Set("Access-Control-Allow-Origin", origin)
	setList(header, "Access-Control-Expose-Headers", cors.ExposeHeaders)
	if cors.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
}

// allowsOrigin also knows the scheme-wide wildcards https://* and http://*.
func allowsOrigin(allowed []string, origin string) bool {
	return slices.ContainsFunc(allowed, func(pattern string) bool {
		if prefix, isPattern := strings.CutSuffix(pattern, "*"); isPattern {
			return strings.HasPrefix(origin, prefix)
		}
		return strings.EqualFold(pattern, origin)
	})
}

func setList(header http.Header, name string, values []string) {
	if len(values) > 0 {
		header.Set(name, strings.Join(values, ","))
	}
}
