package sandbox

import (
	"net/url"
	"slices"
	"strings"

	"billhook/infra/local/stripebox/form"
	"billhook/infra/local/stripebox/object"
)

// endpoint is a webhook endpoint with the secret that the API shows only once.
type endpoint struct {
	object.WebhookEndpoint
	SigningSecret string `json:"signing_secret"`
	// RolledSecret still signs, beside its successor, until RolledExpires.
	RolledSecret  string `json:"rolled_secret,omitempty"`
	RolledExpires int64  `json:"rolled_expires,omitempty"` // in seconds since the epoch
	// Connect says that it is told of the connected accounts' events, and of
	// none else.
	Connect bool `json:"connect,omitempty"`
}

func (e *endpoint) shown() any { return &e.WebhookEndpoint }

// endpointsFor are the enabled endpoints that want the account's events of the
// type.
func (a *account) endpointsFor(eventType string) []*endpoint {
	var endpoints []*endpoint
	add := func(owner *account, connect bool) {
		for e := range owner.Endpoints.all {
			told := e.Connect == connect && (!isLater(eventType) || e.APIVersion == object.CloverVersion)
			if told && e.Status == "enabled" && wants(e.EnabledEvents, eventType) {
				endpoints = append(endpoints, e)
			}
		}
	}
	add(a, false)
	if a.isConnected() {
		add(a.platform, true)
	}
	return endpoints
}

// wants reports whether a list of event types covers one; "*" covers all, and
// "invoice.*" all that begin so.
func wants(types []string, eventType string) bool {
	return slices.ContainsFunc(types, func(wanted string) bool {
		prefix, wildcard := strings.CutSuffix(wanted, "*")
		return wanted == eventType || wildcard && strings.HasPrefix(eventType, prefix)
	})
}

type createEndpointParams struct {
	APIVersion    string        `form:"api_version"`
	Connect       *bool         `form:"connect"`
	Description   string        `form:"description"`
	EnabledEvents []string      `form:"enabled_events,required"`
	Metadata      form.Metadata `form:"metadata"`
	URL           string        `form:"url,required"`
}

func createWebhookEndpoint(c *call, p createEndpointParams) (any, error) {
	return newWebhookEndpoint(c, p)
}

// newWebhookEndpoint makes an endpoint and answers it with its signing secret.
func newWebhookEndpoint(c *call, p createEndpointParams) (*object.WebhookEndpoint, error) {
	if err := checkURL("url", p.URL); err != nil {
		return nil, err
	}
	if _, err := checkVersion("api_version", p.APIVersion); err != nil {
		return nil, err
	}
	e := c.Endpoints.add(&endpoint{
		WebhookEndpoint: object.WebhookEndpoint{
			ID: c.newID("we_"), Object: "webhook_endpoint", APIVersion: object.Text(p.APIVersion), Created: c.now,
			Description: object.Text(p.Description), EnabledEvents: p.EnabledEvents, Livemode: c.Livemode,
			Metadata: p.Metadata.Apply(nil), Status: "enabled", URL: p.URL,
		},
		SigningSecret: "whsec_" + c.token("whsec_", 32),
	})
	if p.Connect != nil && *p.Connect {
		e.Connect, e.Application = true, object.Text(c.clientID())
	}
	created := e.WebhookEndpoint
	created.Secret = e.SigningSecret
	return &created, nil
}

func retrieveWebhookEndpoint(c *call, _ struct{}) (any, error) {
	e, err := c.Endpoints.at(c.id)
	if err != nil {
		return nil, err
	}
	return e.shown(), nil
}

type updateEndpointParams struct {
	Description   *string       `form:"description"`
	Disabled      *bool         `form:"disabled"`
	EnabledEvents []string      `form:"enabled_events"`
	Metadata      form.Metadata `form:"metadata"`
	URL           *string       `form:"url"`
}

func updateWebhookEndpoint(c *call, p updateEndpointParams) (any, error) {
	e, err := c.Endpoints.at(c.id)
	if err != nil {
		return nil, err
	}
	if p.URL != nil {
		if err := checkURL("url", *p.URL); err != nil {
			return nil, err
		}
		e.URL = *p.URL
	}
	setText(&e.Description, p.Description)
	if len(p.EnabledEvents) > 0 {
		e.EnabledEvents = p.EnabledEvents
	}
	if p.Disabled != nil {
		e.Status = "enabled"
		if *p.Disabled {
			e.Status = "disabled"
		}
	}
	e.Metadata = p.Metadata.Apply(e.Metadata)
	return e.shown(), nil
}

func deleteWebhookEndpoint(c *call, _ struct{}) (any, error) {
	if _, err := c.Endpoints.at(c.id); err != nil {
		return nil, err
	}
	c.Endpoints.remove(c.id)
	c.server.dispatcher.Drop(c.id)
	return &object.Deleted{ID: c.id, Object: "webhook_endpoint", Deleted: true}, nil
}

func listWebhookEndpoints(c *call, p listParams) (any, error) {
	return list(c, &c.Endpoints, p, func(*endpoint) bool { return true })
}

// checkURL refuses what is no absolute http or https URL.
func checkURL(param, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return invalid(param, "url_invalid", "Not a valid URL")
	}
	return nil
}

// setText changes a nullable text if the parameter was sent; an empty one
// unsets it.
func setText(target *object.Text, param *string) {
	if param != nil {
		*target = object.Text(*param)
	}
}
